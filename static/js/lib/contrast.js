// How well a text is read on a colour (WCAG 2). Pure functions; colours are [red, green, blue], each
// from 0 to 255.

export const BLACK = [0, 0, 0];
export const WHITE = [255, 255, 255];

/** The colour that a CSS text such as `rgb(1, 2, 3)` names. */
export const channelsOf = (text) =>
  text
    .match(/[\d.]+/g)
    .slice(0, 3)
    .map(Number);

/** The colour at `share`, 0 to 1, of the way between two colours. */
export const between = (from, to, share) =>
  from.map((channel, i) => channel + (to[i] - channel) * share);

/** The contrast of two colours, 1 to 21; a text needs 4.5. */
export function contrastOf(one, other) {
  const [low, high] = [luminanceOf(one), luminanceOf(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

/** Black or white, whichever is read better on `color`: never below a contrast of 4.5. */
export const inkOn = (color) =>
  contrastOf(color, BLACK) > contrastOf(color, WHITE) ? BLACK : WHITE;

function luminanceOf(color) {
  const [red, green, blue] = color.map((channel) => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
