// Runs as a tree: each under its parent, wherever both are in a list. Pure.

/**
 * Lay out `found` (rows in the order of the list) as rows of a tree with `depth` and `open`.
 *
 * A row whose `parent` is known stands under it; a family stands where its first row does. `above`
 * holds parents that the list lacks, at least so far. `inside` holds, by row id, rows that
 * were asked for one by one; `left`, by row id, how many of them there are where there are more: a
 * last row below them, {more: id}, says so. `opened` says, by row id, what the reader opened or
 * closed; a row with others in the list is open unless it says no.
 */
export function layOut({
  found,
  above = [],
  inside = new Map(),
  left = new Map(),
  opened = new Map(),
}) {
  const known = new Map(above.map((row) => [row.id, { ...row, above: true }]));
  for (const row of found) known.set(row.id, row);
  const below = new Map();
  const roots = [];
  const placed = new Set();
  const place = (row) => {
    if (placed.has(row.id)) return;
    placed.add(row.id);
    const parent = row.parent && known.get(row.parent);
    if (parent) place(parent);
    listOf(below, parent?.id, roots).push(row);
  };
  found.forEach(place);
  const rows = [];
  const walk = (row, depth, outer) => {
    const listed = below.get(row.id) ?? [];
    const isOpen = opened.get(row.id) ?? listed.length > 0;
    rows.push({ ...row, depth, outer, open: isOpen });
    if (!isOpen) return;
    const others = (inside.get(row.id) ?? []).filter((one) => !placed.has(one.id));
    for (const child of [...listed, ...others]) walk(child, depth + 1, row.id);
    if (left.has(row.id)) rows.push(moreOf(row, left.get(row.id), depth + 1));
  };
  roots.forEach((row) => walk(row, 0));
  return rows;
}

function moreOf(row, shown, depth) {
  const of = row.run ? "" : ` of ${row.children.toLocaleString("en-US")}`;
  const name = `First ${shown.toLocaleString("en-US")}${of}: show more`;
  return { id: `more of ${row.id}`, more: row.id, name, depth, outer: row.id, cells: [] };
}

function listOf(below, id, roots) {
  if (id === undefined) return roots;
  if (!below.has(id)) below.set(id, []);
  return below.get(id);
}
