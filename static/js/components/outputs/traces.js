// Tracebacks in a log.

/** Let tracebacks among `lines` (elements) stand out, from their first line to the error they end
 * with. */
export function markTraces(lines) {
  let inside = false;
  for (const line of lines) {
    const text = line.querySelector(".log-text")?.textContent ?? "";
    const before = line.previousElementSibling;
    const begins = text.includes("Traceback (most recent call last)");
    inside = begins || (inside && /^\s/.test(text));
    const isError = !inside && before?.classList.contains("trace");
    line.classList.toggle("trace", Boolean(inside || (isError && before.dataset.ends !== "1")));
    if (isError) line.dataset.ends = "1";
  }
}
