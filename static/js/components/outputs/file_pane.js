// One pane of the viewer: a log with its tools, or the preview of another kind of file.

import { copy } from "../copy.js";
import { toast } from "../toasts.js";
import { fetchJson } from "../requests.js";
import { LogSearch } from "./log_search.js";
import { LogViewer } from "./log_viewer.js";
import { drawPreview } from "./previews.js";

/** A pane made from the template; `addresses` are the `data-*` of the page. */
export class FilePane extends EventTarget {
  constructor(template, addresses) {
    super();
    this.addresses = addresses;
    this.element = template.content.firstElementChild.cloneNode(true);
    this.find("toggle-wrap").addEventListener("click", () => this.toggleWrap());
    this.find("toggle-follow").addEventListener("click", () => this.toggleFollow());
    this.find("end").addEventListener("click", () => this.viewer.goToEnd());
    this.find("start").addEventListener("click", () => this.viewer.goToStart());
    this.find("close").addEventListener("click", () => this.close());
    this.viewer = new LogViewer(this.find("log"), addresses.lines);
    this.search = new LogSearch(this.find("search"), this.viewer, {
      address: addresses.hits,
      list: this.find("matches"),
    });
    this.viewer.addEventListener("moved", () => this.tellWhere());
    this.viewer.addEventListener("follow", () => this.showFollow());
    this.viewer.addEventListener("grown", () => (this.find("end").hidden = false));
    this.viewer.addEventListener("line", (event) => this.chooseLine(event.detail));
  }

  find(name) {
    return this.element.querySelector(`[data-${name}]`);
  }

  /** Show `path`: lines of a text, else what `previews` can draw of it. */
  async open(path, { line = null, byte = null, wrap = null, follow = null, start = false } = {}) {
    this.path = path;
    this.lines = null;
    this.find("title").textContent = path.split("/").at(-1);
    this.find("title").title = path;
    const file = `${this.addresses.files}/${path.split("/").map(encodeURIComponent).join("/")}`;
    this.find("download").href = file;
    this.find("raw").href = `${file}?inline=1`;
    try {
      const preview = await this.preview(path);
      await this.show(preview, file, { line, byte, wrap, follow, start });
    } catch (error) {
      this.find("where").textContent = error.message;
      toast(error.message, { bad: true });
    }
    this.dispatchEvent(new CustomEvent("opened"));
  }

  preview(path, start = 0) {
    return fetchJson(`${this.addresses.preview}?${new URLSearchParams({ path, start })}`);
  }

  async show(preview, file, { line, byte, wrap, follow, start }) {
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
      return;
    }
    if (wrap) this.element.classList.add("wraps");
    const first = line ? Number(String(line).split("-")[0]) : null;
    await this.viewer.open(this.path, { line: first, byte, start });
    if (first) this.selectLines(first, Number(String(line).split("-")[1] ?? first));
    this.viewer.setFollow(Boolean(follow) || (this.viewer.growing && first === null && byte === null));
    this.search.reset();
  }

  get state() {
    return {
      path: this.path,
      line: this.lines,
      wrap: this.element.classList.contains("wraps") ? "1" : "",
    };
  }

  chooseLine({ no, range }) {
    const [first, last] = range && this.firstLine ? [this.firstLine, no].sort((a, b) => a - b) : [no, no];
    if (!range) this.firstLine = no;
    this.selectLines(first, last);
    this.dispatchEvent(new CustomEvent("changed"));
    copy(location.href);
  }

  selectLines(first, last) {
    this.lines = first === last ? String(first) : `${first}-${last}`;
    this.viewer.select(first, last);
  }

  toggleWrap() {
    const on = this.element.classList.toggle("wraps");
    this.find("toggle-wrap").setAttribute("aria-pressed", String(on));
    this.dispatchEvent(new CustomEvent("changed"));
  }

  toggleFollow() {
    this.viewer.setFollow(!this.viewer.following);
  }

  showFollow() {
    this.find("toggle-follow").setAttribute("aria-pressed", String(Boolean(this.viewer.following)));
  }

  tellWhere() {
    this.find("where").textContent = this.viewer.where;
    const below = !this.viewer.atEnd;
    this.find("end").hidden = !below;
  }

  close() {
    this.viewer.stop();
    this.element.remove();
    this.dispatchEvent(new CustomEvent("closed"));
  }
}
