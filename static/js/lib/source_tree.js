// The tree that a list of paths makes: folders first, each level by name.

/** The entries of every folder by its path ("" is the top), of `files` with a `path` each. */
export function growTree(files) {
  const folders = new Map([["", []]]);
  for (const file of files) {
    const parts = file.path.split("/");
    for (let depth = 1; depth < parts.length; depth += 1) addFolder(folders, parts.slice(0, depth));
    folders.get(parts.slice(0, -1).join("/")).push({ ...file, name: parts.at(-1), is_dir: false });
  }
  for (const entries of folders.values()) entries.sort(inOrder);
  return folders;
}

function addFolder(folders, parts) {
  const path = parts.join("/");
  if (folders.has(path)) return;
  folders.set(path, []);
  folders.get(parts.slice(0, -1).join("/")).push({ path, name: parts.at(-1), is_dir: true });
}

function inOrder(a, b) {
  if (a.is_dir !== b.is_dir) return a.is_dir ? -1 : 1;
  return a.name < b.name ? -1 : 1;
}

/** Which file one wants to see first: the run's script, the usual names, any; a changed one
 * where there are some. */
export function chooseFirst(files, script) {
  const name = script.split(/[\\/]/).at(-1);
  const changed = files.filter((file) => file.change === "changed");
  const among = changed.length ? changed : files;
  const wanted = [
    (file) => file.path === script,
    (file) => name && file.path.split("/").at(-1) === name,
    (file) => /(^|\/)(train|main)\.py$/.test(file.path),
    (file) => /^readme(\.\w+)?$/i.test(file.path),
  ];
  for (const test of wanted) {
    const found = among.find(test);
    if (found) return found;
  }
  return among[0];
}
