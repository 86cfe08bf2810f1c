// The rules of .amlignore and .gitignore: which files of a folder are left out of a snapshot.

export const IGNORE_FILES = [".amlignore", ".gitignore"];
const ALWAYS = new Set([".git", "__pycache__", ".ipynb_checkpoints", ".venv"]);
const WORDS = { "**/": "(?:.*/)?", "/**": "/.*", "*": "[^/]*", "?": "[^/]" };

/** Return a function that tells whether the file at a path is left out by the lines of `text`. */
export function readRules(text) {
  const rules = text
    .split(/\r?\n/)
    .map(readRule)
    .filter((rule) => rule !== null);
  return (path) => {
    const parts = path.split("/");
    if (parts.slice(0, -1).some((folder) => ALWAYS.has(folder))) return true;
    // A folder that is left out is not entered: no later rule takes its files in again.
    return parts.some((_, at) => {
      const isFolder = at < parts.length - 1;
      return leavesOut(rules, parts.slice(0, at + 1).join("/"), isFolder);
    });
  };
}

function leavesOut(rules, path, isFolder) {
  const last = rules.findLast(
    (rule) => (isFolder || !rule.isForFolders) && rule.pattern.test(path),
  );
  return Boolean(last) && !last.takesIn;
}

function readRule(line) {
  let text = line.replace(/(?<!\\)\s+$/, "");
  if (!text || text.startsWith("#")) return null;
  const takesIn = text.startsWith("!");
  text = (takesIn ? text.slice(1) : text).replace(/^\\/, "");
  const isForFolders = text.endsWith("/");
  text = text.replace(/\/+$/, "");
  const isAnchored = text.includes("/");
  const pattern = expressionOf(text.replace(/^\/+/, ""));
  const anywhere = isAnchored ? "" : "(?:.*/)?";
  return { pattern: new RegExp(`^${anywhere}${pattern}$`), isForFolders, takesIn };
}

function expressionOf(text) {
  return text
    .split(/(\*\*\/|\/\*\*|\*|\?|\[[^\]]+\])/)
    .map((part) => {
      if (/^\[.*\]$/.test(part)) return part.replace(/^\[!/, "[^");
      return WORDS[part] ?? part.replace(/[\\^$.|?*+(){}[\]]/g, "\\$&");
    })
    .join("");
}
