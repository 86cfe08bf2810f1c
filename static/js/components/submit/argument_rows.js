// The arguments as a table: a name and a value in each row, a new row on Enter.

/** Let `root` hold rows; `changed()` is told of each change. Returns {read, write}. */
export function startArguments(root, changed) {
  const list = root.querySelector("[data-arguments]");
  const template = root.querySelector("template[data-argument]");

  function add([name, value] = ["", ""], before = null) {
    const row = template.content.firstElementChild.cloneNode(true);
    row.querySelector("[data-name]").value = name;
    row.querySelector("[data-value]").value = value;
    list.insertBefore(row, before);
    return row;
  }

  root.addEventListener("click", (event) => {
    const remove = event.target.closest("[data-remove]");
    if (remove) {
      const row = remove.closest("li");
      const next = row.nextElementSibling ?? row.previousElementSibling;
      row.remove();
      (next?.querySelector("[data-name]") ?? root.querySelector("[data-add-argument]")).focus();
      changed();
    }
    if (event.target.closest("[data-add-argument]")) add().querySelector("[data-name]").focus();
  });
  list.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const row = event.target.closest("li");
    const isName = event.target.matches("[data-name]");
    if (isName) row.querySelector("[data-value]").focus();
    else add(undefined, row.nextElementSibling).querySelector("[data-name]").focus();
  });

  return {
    read: () =>
      [...list.children].map((row) => [
        row.querySelector("[data-name]").value,
        row.querySelector("[data-value]").value,
      ]),
    write(rows) {
      list.replaceChildren();
      for (const row of rows) add(row);
    },
  };
}
