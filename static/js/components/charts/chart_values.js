// One value per run and column, as the run table has it, for charts without steps.

import { joinList, writeState } from "../../lib/url_state.js";
import { fetchJson } from "../requests.js";

const PAGE_ROWS = 1000;
const IDS_AT_ONCE = 500;
/** So many runs are drawn at most. */
export const MOST_ROWS = 5000;

/** The values of `columns` of the runs with these ids: [{id, name, number, hue, run, values}]. */
export async function readValues(store, columns, ids) {
  const rows = [];
  for (let at = 0; at < Math.min(ids.length, MOST_ROWS); at += IDS_AT_ONCE)
    rows.push(...(await readSome(store, columns, ids.slice(at, at + IDS_AT_ONCE))));
  return rows;
}

async function readSome(store, columns, ids) {
  const query = {
    runs: ids.join(","),
    limit: ids.length,
    goal: store.state.goal,
    children: true,
    all: true,
    cols: joinList(columns),
    ...store.fixed,
  };
  return (await readPage(store.address + writeState(query), columns)).rows;
}

/** The same of all runs that the table lists, as far as a chart draws them. */
export async function readAllValues(store, columns) {
  const query = { cols: joinList(columns), limit: PAGE_ROWS, group: undefined, diff: undefined };
  const rows = [];
  let after;
  do {
    const page = await readPage(store.url({ ...query, after }), columns);
    rows.push(...page.rows);
    after = page.next;
  } while (after && rows.length < MOST_ROWS);
  return rows;
}

async function readPage(address, columns) {
  const page = await fetchJson(address);
  const index = new Map(page.columns.map((column, i) => [column.id, i]));
  const rows = page.rows.map(({ id, name, number, hue, cells }) => {
    const values = columns.map((column) => [column, plain(cells[index.get(column)])]);
    return { id, name, number, hue, run: true, values: Object.fromEntries(values) };
  });
  return { rows, next: page.next };
}

/** A cell of the table as a plain value: the word of a status, the text of a link, the seconds of a
 * run that has ended. */
function plain(cell) {
  if (cell === null || typeof cell !== "object") return cell;
  if (cell.ended) return (cell.ended - cell.started) / 1000;
  return cell.word ?? cell.text ?? null;
}
