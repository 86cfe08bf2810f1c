// Where a folder or a zip is dropped or chosen: it is packed here and kept by the studio at once.

import { element } from "../../lib/element.js";
import { IGNORE_FILES, readRules } from "../../lib/ignore_rules.js";
import { packZip } from "../../lib/zip_file.js";
import { ask } from "../requests.js";

const MOST_FILES = 2000;
const MOST_BYTES = 300_000_000;
const IN_VAIN = "The folder holds no files, or every one is left out.";

/**
 * Let `root` take code. `address` is where a zip goes; `kept(snapshot)` hears what is kept now:
 * {sha256, size_bytes, files, requirements, leftOut, of}, null for none. Returns {show}.
 */
export function startSourceDrop(root, { address, kept }) {
  const drop = new SourceDrop(root, address, kept);
  drop.listen();
  return drop;
}

class SourceDrop {
  constructor(root, address, kept) {
    Object.assign(this, { root, address, kept });
    this.zone = root.querySelector("[data-drop]");
    this.words = root.querySelector("[data-drop-words]");
    this.first = this.words.textContent;
  }

  listen() {
    const { root, zone } = this;
    root.addEventListener("click", (event) => {
      const kind = event.target.closest("[data-choose]")?.dataset.choose;
      if (event.target.closest("[data-git-fetch]")) this.attempt(() => this.fetchGit());
      if (kind === "none") this.kept(null);
      else if (kind) root.querySelector(`[data-${kind}]`).click();
    });
    root.addEventListener("change", (event) => {
      if (event.target.type === "file") this.take(chosenFiles(event.target));
    });
    zone.addEventListener("dragover", (event) => {
      event.preventDefault();
      zone.classList.add("over");
    });
    zone.addEventListener("dragleave", () => zone.classList.remove("over"));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      zone.classList.remove("over");
      this.take(droppedFiles([...event.dataTransfer.items]));
    });
  }

  take(reading) {
    return this.attempt(async () => {
      const files = await reading;
      return files.length ? this.send(files) : null;
    });
  }

  /** Tell what `work` has stored; what goes wrong is said here. */
  async attempt(work) {
    this.zone.setAttribute("aria-busy", "true");
    try {
      const snapshot = await work();
      if (snapshot) this.kept(snapshot);
    } catch (error) {
      this.fail(error.message);
    } finally {
      this.zone.removeAttribute("aria-busy");
    }
  }

  async fetchGit() {
    const field = (name) => this.root.querySelector(`[data-git-${name}]`).value;
    const address = field("address");
    this.say(`Fetching ${address}…`);
    const body = new URLSearchParams({ address, ref: field("ref") });
    const to = this.root.querySelector("[data-git]").dataset.git;
    const answer = await ask(to, { method: "POST", body, waitMs: 0 });
    return { ...(await answer.json()), name: address };
  }

  async send(files) {
    this.say("Packing…");
    const { zip, leftOut, name } = await packFiles(files);
    this.say(`Sending ${name}…`);
    const headers = { "Content-Type": "application/zip" };
    const answer = await ask(this.address, { method: "POST", headers, body: zip, waitMs: 0 });
    return { ...(await answer.json()), leftOut, name };
  }

  say(text) {
    this.words.textContent = text;
    this.root.querySelector("[data-error]").textContent = "";
  }

  fail(text) {
    this.words.textContent = this.first;
    this.root.querySelector("[data-error]").textContent = text;
  }

  /** Show what is kept, or how to send something. */
  show(snapshot) {
    this.root.querySelector("[data-choose=none]").hidden = !snapshot;
    const list = this.root.querySelector("[data-files]");
    list.hidden = !snapshot;
    this.say(snapshot ? `${nameOf(snapshot)} · ${factsOf(snapshot)}` : this.first);
    const lines = (snapshot?.files ?? []).map(({ path, size_bytes }) =>
      element("li", {}, `${path}  ${sizeOf(size_bytes)}`),
    );
    list.querySelector("[data-file-list]").replaceChildren(...lines);
  }
}

const nameOf = ({ of, name }) => (of ? `Snapshot of ${of}` : name || "Snapshot");

function factsOf({ files, size_bytes, leftOut }) {
  const out = leftOut?.count ? ` (${leftOut.by} leaves out ${leftOut.count})` : "";
  return `${files.length} file${files.length === 1 ? "" : "s"} · ${sizeOf(size_bytes)}${out}`;
}

function sizeOf(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${Math.round(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** A zip that was given goes as it is; of a folder, what its ignore file leaves in. */
async function packFiles(files) {
  const [first] = files;
  if (files.length === 1 && /\.zip$/i.test(first.path)) {
    return { zip: first.file, leftOut: null, name: first.path };
  }
  const { inside, folder } = withoutFolder(files);
  const by = IGNORE_FILES.find((name) => inside.some(({ path }) => path === name));
  const rules = by ? await inside.find(({ path }) => path === by).file.text() : "";
  const isOut = readRules(rules);
  const sent = inside.filter(({ path }) => !isOut(path));
  refuseTooMuch(sent);
  const leftOut = { by: by ?? "Studio", count: inside.length - sent.length };
  return { zip: await packZip(sent), leftOut, name: folder };
}

function withoutFolder(files) {
  const [folder] = files[0].path.split("/");
  const isOne = files.every(({ path }) => path.startsWith(`${folder}/`));
  if (!isOne) return { inside: files, folder: "Files" };
  const inside = files.map(({ path, file }) => ({ path: path.slice(folder.length + 1), file }));
  return { inside, folder };
}

function refuseTooMuch(sent) {
  const bytes = sent.reduce((sum, { file }) => sum + file.size, 0);
  if (!sent.length) throw new Error(IN_VAIN);
  if (sent.length > MOST_FILES || bytes > MOST_BYTES) {
    throw new Error(
      `The folder holds ${sent.length} files, ${sizeOf(bytes)}: more than ${MOST_FILES} or 300 MB. ` +
        "Name what is not code in .amlignore.",
    );
  }
}

/** The files of a file input, with their paths below the chosen folder. */
async function chosenFiles(input) {
  const files = [...input.files].map((file) => ({
    path: file.webkitRelativePath || file.name,
    file,
  }));
  input.value = "";
  return files;
}

/** The files that were dropped, those within folders too. */
async function droppedFiles(items) {
  const entries = items.map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  return (await Promise.all(entries.map((entry) => filesOf(entry)))).flat();
}

async function filesOf(entry) {
  const path = entry.fullPath.replace(/^\//, "");
  if (entry.isFile) {
    return [{ path, file: await new Promise((done, failed) => entry.file(done, failed)) }];
  }
  // Nobody wants to wait for all files of these to be read and left out.
  if ([".git", "__pycache__", ".venv"].includes(entry.name)) return [];
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((done, failed) => reader.readEntries(done, failed));
    if (!some.length) break;
    found.push(...(await Promise.all(some.map((one) => filesOf(one)))).flat());
  }
  return found;
}
