// Items of a list that readers put in another order: by mouse, by finger, by Alt and an arrow.

const DRAG_FROM_PX = 6;
const LONG_PRESS_MS = 350;
const CONTROLS = "button, a, input, select, textarea, [data-no-drag]";

/**
 * Let the items of `list` (those that match `items`, each with an id in `idOf`) be moved along
 * `axis`, "x" or "y". `moved(id, before)` puts them in order: `before` is the id of the item that
 * comes next, null at the end. An item that `fixed` tells of stays.
 */
export function makeSortable(list, { items, axis = "y", idOf, fixed = () => false, moved }) {
  const drag = new Drag(list, { items, axis, idOf, fixed, moved });
  list.addEventListener("pointerdown", (event) => drag.press(event));
  list.addEventListener("pointermove", (event) => drag.move(event));
  list.addEventListener("pointerup", () => drag.drop());
  list.addEventListener("pointercancel", () => drag.end());
  list.addEventListener("touchmove", (event) => drag.isOn && event.preventDefault(), {
    passive: false,
  });
  list.addEventListener("click", (event) => drag.swallow(event), true);
  list.addEventListener("keydown", (event) => drag.key(event));
}

class Drag {
  constructor(list, settings) {
    Object.assign(this, { list, ...settings, isOn: false });
  }

  get all() {
    return [...this.list.querySelectorAll(this.items)];
  }

  press(event) {
    const item = event.target.closest(this.items);
    if (!item || event.button || this.fixed(item) || this.isControl(event.target, item)) return;
    Object.assign(this, { item, pointer: event.pointerId, x: event.clientX, y: event.clientY });
    if (event.pointerType === "touch") this.timer = setTimeout(() => this.begin(), LONG_PRESS_MS);
    this.isTouch = event.pointerType === "touch";
  }

  isControl(target, item) {
    const control = target.closest(CONTROLS);
    return control && control !== item && item.contains(control);
  }

  move(event) {
    if (!this.item || event.pointerId !== this.pointer) return;
    const isFar = Math.hypot(event.clientX - this.x, event.clientY - this.y) > DRAG_FROM_PX;
    if (!this.isOn && isFar) this.isTouch ? this.end() : this.begin();
    if (this.isOn) this.mark(this.axis === "x" ? event.clientX : event.clientY);
  }

  begin() {
    this.isOn = true;
    this.list.setPointerCapture(this.pointer);
    this.item.classList.add("dragged");
  }

  /** Show between which items the dragged one would come to stand. */
  mark(at) {
    const others = this.all.filter((one) => one !== this.item && !this.fixed(one));
    const next = others.find((one) => middleOf(one, this.axis) > at);
    this.clear();
    this.before = next ?? null;
    (next ?? others.at(-1))?.classList.add(next ? "drop-before" : "drop-after");
  }

  drop() {
    const { isOn, item, before } = this;
    this.end();
    if (!isOn || before === undefined) return;
    this.justDropped = true;
    setTimeout(() => (this.justDropped = false));
    this.moved(this.idOf(item), before && this.idOf(before));
  }

  end() {
    clearTimeout(this.timer);
    this.item?.classList.remove("dragged");
    this.clear();
    Object.assign(this, { item: null, isOn: false, before: undefined });
  }

  clear() {
    for (const one of this.all) one.classList.remove("drop-before", "drop-after");
  }

  /** Ignore the click with which a drag ends. */
  swallow(event) {
    if (this.justDropped) event.stopPropagation();
  }

  key(event) {
    const steps = this.axis === "x" ? ["ArrowLeft", "ArrowRight"] : ["ArrowUp", "ArrowDown"];
    const item = event.target.closest(this.items);
    const at = steps.indexOf(event.key);
    if (!event.altKey || at < 0 || !item || this.fixed(item)) return;
    event.preventDefault();
    event.stopPropagation();
    const { all } = this;
    const place = all.indexOf(item);
    const neighbour = all[place + (at ? 1 : -1)];
    if (!neighbour || this.fixed(neighbour)) return;
    const before = at ? all[place + 2] : neighbour;
    this.moved(this.idOf(item), before ? this.idOf(before) : null);
  }
}

function middleOf(item, axis) {
  const box = item.getBoundingClientRect();
  return axis === "x" ? box.left + box.width / 2 : box.top + box.height / 2;
}
