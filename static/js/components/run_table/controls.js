// The controls over the run table: experiments, statuses, switches, best goal, counts, foot.

const SWITCHES = ["mine", "children", "archived", "diff"];

/** Wires what stands over and under the grid of one run table. */
export function startControls(root, table) {
  const { store } = table;
  for (const name of SWITCHES) wireSwitch(root, store, name);
  wireTools(root);
  wireChoices(root.querySelector("[data-experiments]"), store, "exp", "Experiment");
  wireChoices(root.querySelector("[data-statuses]"), store, "status", "Status");
  wireGoal(root, store);
  const show = () => showCounts(root, store);
  store.addEventListener("change", show);
  store.addEventListener("counted", show);
  store.addEventListener("busy", (event) => root.classList.toggle("busy", event.detail));
  show();
}

function wireSwitch(root, store, name) {
  const box = root.querySelector(`[data-switch=${name}]`);
  if (!box) return;
  const show = () => (box.checked = Boolean(store.state[name]));
  box.addEventListener("change", () => store.set({ [name]: box.checked || undefined }));
  store.addEventListener("state", show);
  show();
}

/** On a phone the tools fold behind one button. */
function wireTools(root) {
  const button = root.querySelector("[data-tools]");
  button.addEventListener("click", () => {
    button.setAttribute("aria-expanded", String(root.classList.toggle("with-tools")));
  });
}

/** A menu of boxes: those that are checked are the list `key` of the state. */
function wireChoices(menu, store, key, title) {
  if (!menu) return;
  const boxes = () => [...menu.querySelectorAll("input[type=checkbox]")];
  const show = () => {
    const chosen = store.state[key] ?? [];
    boxes().forEach((box) => (box.checked = chosen.includes(box.value)));
    menu.querySelector("[data-label]").textContent = chosen.length
      ? `${title}: ${chosen.length === 1 ? chosen[0] : chosen.length}`
      : `${title}: all`;
  };
  menu.addEventListener("change", ({ target }) => {
    if (target.type !== "checkbox") return;
    const chosen = boxes()
      .filter((box) => box.checked)
      .map((box) => box.value);
    store.set({ [key]: chosen.length ? chosen : undefined });
  });
  menu.querySelector("[data-filter]")?.addEventListener("input", (event) => {
    const text = event.target.value.toLowerCase();
    boxes().forEach((box) => {
      box.closest("label").hidden = !box.value.toLowerCase().includes(text);
    });
  });
  store.addEventListener("state", show);
  show();
}

/** The goal of "at best" columns: `min:val/loss`. */
function wireGoal(root, store) {
  const form = root.querySelector("[data-goal]");
  if (!form) return;
  const show = () => {
    const [, direction, key] = /^(min|max):(.*)$/.exec(store.state.goal ?? "") ?? [];
    form.elements.direction.value = direction ?? "min";
    form.elements.key.value = key ?? "";
  };
  form.addEventListener("change", () => {
    const key = form.elements.key.value.trim();
    store.set({ goal: key ? `${form.elements.direction.value}:${key}` : undefined });
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  store.addEventListener("state", show);
  show();
}

const count = (number) => (number ?? 0).toLocaleString("en-US");

function showCounts(root, store) {
  const { matching, all, running, queued } = store.counts;
  const parts =
    all === undefined
      ? []
      : [
          `${matching === all ? "" : `${count(matching)} of `}${count(all)} ${all === 1 ? "run" : "runs"}`,
        ];
  if (running) parts.push(`${count(running)} running`);
  if (queued) parts.push(`${count(queued)} queued`);
  root.querySelector("[data-counts]").textContent = parts.join(" · ");
  const loaded = store.rows.filter((row) => !row.outer).length;
  const kind = (store.rows[0]?.run === false ? "group" : "row") + (loaded === 1 ? "" : "s");
  root.querySelector("[data-foot]").textContent = loaded
    ? `${count(loaded)} ${kind} loaded${store.next ? ", more as you scroll" : ""}`
    : "";
  root.querySelector("[data-none]").hidden = loaded > 0;
  root.querySelector(".rt-grid").hidden = loaded === 0;
}
