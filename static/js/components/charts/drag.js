// Moving the cards of a list with the mouse.

/** Let a card of `list` (a CardList) be dragged to the place of another one. */
export function listenToDrag(list) {
  const { body } = list;
  const cardAt = (event) => list.cards.find((card) => card.element.contains(event.target));
  let dragged = null;
  body.addEventListener("dragstart", (event) => (dragged = cardAt(event)));
  body.addEventListener("dragover", (event) => dragged && event.preventDefault());
  body.addEventListener("drop", (event) => {
    event.preventDefault();
    const target = cardAt(event);
    if (dragged && target && target !== dragged)
      list.shift(dragged, list.cards.indexOf(target) - list.cards.indexOf(dragged));
    dragged = null;
  });
}
