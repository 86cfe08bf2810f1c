// The keys of a tree (ARIA): arrows, Home and End move the focus, Enter opens.

/** Listen to keys in the tree `root`; `act(item)` chooses a file, opens or closes a folder. */
export function listenToTreeKeys(root, act) {
  root.addEventListener("keydown", (event) => {
    const items = [...root.querySelectorAll("[role=treeitem]:not([hidden])")];
    const index = items.indexOf(document.activeElement);
    const item = items[index];
    const actions = {
      ArrowDown: () => items[index + 1]?.focus(),
      ArrowUp: () => items[index - 1]?.focus(),
      Home: () => items[0]?.focus(),
      End: () => items.at(-1)?.focus(),
      Enter: () => item && act(item),
      " ": () => item && act(item),
      ArrowRight: () => item?.getAttribute("aria-expanded") === "false" && act(item),
      ArrowLeft: () => item?.getAttribute("aria-expanded") === "true" && act(item),
    };
    if (!actions[event.key]) return;
    event.preventDefault();
    actions[event.key]();
  });
}
