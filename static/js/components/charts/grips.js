// Resizing a card by the grip in its corner: columns wide, steps tall, as its menu does it.

const MOST = 3;

/** Let the grips of the cards of `list` (a CardList) be dragged. */
export function listenToGrips(list) {
  list.body.addEventListener("pointerdown", (event) => {
    const card = list.cards.find((one) => one.grip === event.target);
    if (!card) return;
    event.preventDefault();
    card.grip.setPointerCapture(event.pointerId);
    const size = sizeAt(card, event);
    const move = (moved) => {
      const { width, height } = size(moved);
      if (width !== card.spec.width || height !== card.spec.height)
        list.resize(card, { width, height });
    };
    card.grip.addEventListener("pointermove", move);
    const stop = () => card.grip.removeEventListener("pointermove", move);
    card.grip.addEventListener("pointerup", stop, { once: true });
    card.grip.addEventListener("pointercancel", stop, { once: true });
  });
}

/** A function from a pointer's place to the size that the card has when dragged there. */
function sizeAt(card, { clientX, clientY }) {
  const { width, height } = card.spec;
  const column = card.element.offsetWidth / width;
  const step = card.plot.offsetHeight / height;
  return (moved) => ({
    width: limit(width + (moved.clientX - clientX) / column),
    height: limit(height + (moved.clientY - clientY) / step),
  });
}

const limit = (value) => Math.max(1, Math.min(MOST, Math.round(value)));
