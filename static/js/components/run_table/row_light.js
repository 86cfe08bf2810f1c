// A row that is pointed at lights its line in the charts, and the other way round.

/** Link the rows below `root` with the event `light` of their store. */
export function startRowLight(root, store) {
  const body = root.querySelector(".rt-body");
  const rowAt = (row) => store.rows[Number(row?.dataset.index ?? -1)];
  const tell = (id) => store.dispatchEvent(new CustomEvent("light", { detail: id }));
  body.addEventListener("pointerover", ({ target }) => {
    const row = rowAt(target.closest(".rt-row"));
    tell(row?.run ? row.id : null);
  });
  body.addEventListener("pointerleave", () => tell(null));
  store.addEventListener("light", ({ detail }) => {
    for (const row of body.children)
      row.classList.toggle("lit", detail !== null && rowAt(row)?.id === detail);
  });
}
