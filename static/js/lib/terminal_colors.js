// The palette of 256 colours that terminals have: a cube of 216 behind the first 16, then greys.

const LEVELS = [0, 95, 135, 175, 215, 255];

/** Return a colour of CSS for a number from 16 to 255. */
export function terminalColor(number) {
  if (number >= 232) {
    const grey = 8 + 10 * (number - 232);
    return `rgb(${grey}, ${grey}, ${grey})`;
  }
  const place = number - 16;
  const [red, green, blue] = [36, 6, 1].map((step) => LEVELS[Math.floor(place / step) % 6]);
  return `rgb(${red}, ${green}, ${blue})`;
}
