// Plotly reads <a>, <b>, <br> and entities in its labels. Here every text of a figure becomes text.
// Pure.

const SIGNS = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
// Templates are ours alone: the values that they take from the figure are escaped like all others.
const TEMPLATES = new Set(["hovertemplate", "texttemplate"]);

/** `part` of a figure (traces or layout) with every text escaped, at any depth. */
export function asText(part) {
  if (typeof part === "string") return part.replace(/[&<>]/g, (sign) => SIGNS[sign]);
  if (Array.isArray(part)) return part.map(asText);
  if (!part || typeof part !== "object" || ArrayBuffer.isView(part)) return part;
  return Object.fromEntries(
    Object.entries(part).map(([name, value]) => [
      name,
      TEMPLATES.has(name) ? value : asText(value),
    ]),
  );
}
