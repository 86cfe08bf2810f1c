// Moving the cards of a strip with the mouse.

/** Let a card of `strip` be dragged to the place of another one. */
export function listenToDrag(strip) {
  const { body } = strip;
  const cardAt = (event) => strip.cards.find((card) => card.element.contains(event.target));
  let dragged = null;
  body.addEventListener("dragstart", (event) => (dragged = cardAt(event)));
  body.addEventListener("dragover", (event) => dragged && event.preventDefault());
  body.addEventListener("drop", (event) => {
    event.preventDefault();
    const target = cardAt(event);
    if (dragged && target && target !== dragged)
      strip.shift(dragged, strip.cards.indexOf(target) - strip.cards.indexOf(dragged));
    dragged = null;
  });
}
