// One pane of the viewer: a log with its tools, or the preview of another kind of file.

import { formatBytes } from "../../lib/numbers.js";
import { plainName } from "../../lib/plain_names.js";
import { fetchJson } from "../requests.js";
import { toast } from "../toasts.js";
import { LineMarks } from "./line_marks.js";
import { LogSearch } from "./log_search.js";
import { LogViewer } from "./log_viewer.js";
import { NewLines } from "./new_lines.js";
import { drawPreview } from "./previews.js";

const TIMES_KNOWN = "Time at which Studio received each line";
const TIMES_UNKNOWN =
  "No timestamps: this file was uploaded as a whole, or before Studio recorded them";

/** A pane made from the template; `addresses` are the `data-*` of the page. */
export class FilePane extends EventTarget {
  constructor(template, addresses) {
    super();
    this.addresses = addresses;
    this.element = template.content.firstElementChild.cloneNode(true);
    this.find("toggle-wrap").addEventListener("click", () => this.toggleWrap());
    this.find("toggle-times").addEventListener("click", () => this.toggleTimes());
    this.find("toggle-follow").addEventListener("click", () => this.toggleFollow());
    this.find("end").addEventListener("click", () => this.viewer.goToEnd());
    this.find("start").addEventListener("click", () => this.viewer.goToStart());
    this.find("split-button").addEventListener("click", () =>
      this.dispatchEvent(new CustomEvent("split")),
    );
    this.find("close").addEventListener("click", () => this.close());
    const started = addresses.started ? Number(addresses.started) : null;
    this.viewer = new LogViewer(this.find("log"), addresses.lines, started);
    this.marks = new LineMarks(this.find("marked"), this.viewer, addresses.text);
    this.search = new LogSearch(this.find("search"), this.viewer, {
      address: addresses.hits,
      list: this.find("matches"),
    });
    this.news = new NewLines(this.find("new-lines"), this.viewer);
    this.viewer.addEventListener("moved", () => this.tellWhere());
    this.viewer.addEventListener("follow", () => this.showFollow());
    this.viewer.addEventListener("ended", () => this.dispatchEvent(new CustomEvent("ended")));
    this.search.addEventListener("changed", () => this.dispatchEvent(new CustomEvent("changed")));
    this.marks.addEventListener("changed", () => this.dispatchEvent(new CustomEvent("changed")));
  }

  find(name) {
    return this.element.querySelector(`[data-${name}]`);
  }

  /**
   * Show `path`: lines of a text, else what `previews` can draw of it. `options`: the marked `line`s
   * or a `byte` to open at, `wrap`, `times`, `follow`, the number of a `hit` of the search, and
   * whether to begin at the `start`.
   */
  async open(path, { hit = null, ...options } = {}) {
    this.path = path;
    this.marks.set(null);
    this.news.reset();
    this.find("title").textContent = plainName(path.split("/").at(-1));
    this.find("title").title = path;
    const file = `${this.addresses.files}/${path.split("/").map(encodeURIComponent).join("/")}`;
    this.find("download").href = file;
    this.find("raw").href = `${file}?inline=1`;
    this.search.opened = this.load(path, file, options);
    if (await this.search.opened) await this.search.reset(Number(hit) || null);
    this.dispatchEvent(new CustomEvent("opened"));
  }

  /** Load and show a file; tell whether it is a text that is still the chosen one. */
  async load(path, file, options) {
    try {
      const preview = await this.preview(path);
      return this.path === path && (await this.show(preview, file, options));
    } catch (error) {
      if (this.path !== path) return false;
      this.find("where").textContent = error.message;
      toast(error.message, { bad: true });
      return false;
    }
  }

  preview(path, start = 0) {
    return fetchJson(`${this.addresses.preview}?${new URLSearchParams({ path, start })}`);
  }

  async show(preview, file, { line = null, byte = null, start = false, ...options }) {
    const isLog = preview.kind === "text";
    this.element.dataset.kind = preview.kind;
    this.find("log").hidden = !isLog;
    this.find("preview").hidden = isLog;
    this.find("preview").replaceChildren();
    if (!isLog) {
      this.viewer.stop();
      this.find("where").textContent = preview.where;
      const { path } = this;
      const drawn = drawPreview(preview, file, (start) => this.preview(path, start));
      this.find("preview").append(...drawn);
      return false;
    }
    if (options.wrap) this.toggle("wrap", "wraps", true);
    if (options.times) this.toggle("times", "shows-times", true);
    const first = this.marks.read(line);
    const { path } = this;
    await this.viewer.open(path, { line: first, byte, start });
    if (this.path !== path) return false;
    this.viewer.setFollow(
      Boolean(options.follow) || (this.viewer.loaded.growing && first === null && byte === null),
    );
    return true;
  }

  get state() {
    return {
      path: this.path,
      line: this.marks.text,
      wrap: this.element.classList.contains("wraps") ? "1" : "",
      times: this.element.classList.contains("shows-times") ? "1" : "",
      ...this.search.state,
    };
  }

  toggleWrap() {
    this.toggle("wrap", "wraps");
    this.dispatchEvent(new CustomEvent("changed"));
  }

  toggleTimes() {
    if (this.find("toggle-times").disabled) return;
    this.toggle("times", "shows-times");
    this.dispatchEvent(new CustomEvent("changed"));
  }

  toggle(name, className, on) {
    const isOn = this.element.classList.toggle(className, on);
    this.find(`toggle-${name}`).setAttribute("aria-pressed", String(isOn));
  }

  toggleFollow() {
    this.viewer.setFollow(!this.viewer.following);
  }

  showFollow() {
    this.find("toggle-follow").setAttribute("aria-pressed", String(this.viewer.following));
  }

  tellWhere() {
    this.find("where").textContent = sizeOf(this.viewer.loaded);
    this.find("start").hidden = this.viewer.isAtStart;
    this.find("end").hidden = this.viewer.isAtEnd;
    this.offerTimes();
  }

  /** Times can be shown where the studio has seen lines arrive. */
  offerTimes() {
    const button = this.find("toggle-times");
    const isKnown = Boolean(this.viewer.loaded.received);
    button.disabled = !isKnown;
    button.title = isKnown ? TIMES_KNOWN : TIMES_UNKNOWN;
    this.element.classList.toggle("has-times", isKnown);
  }

  close() {
    this.viewer.stop();
    this.element.remove();
    this.dispatchEvent(new CustomEvent("closed"));
  }
}

/** How long a log is, in words. */
function sizeOf({ totalLines, totalBytes }) {
  if (!totalBytes) return "empty";
  if (totalLines === null) return formatBytes(totalBytes);
  const noun = totalLines === 1 ? "line" : "lines";
  return `${totalLines.toLocaleString("en-US")} ${noun} · ${formatBytes(totalBytes)}`;
}
