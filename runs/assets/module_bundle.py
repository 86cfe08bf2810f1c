"""One file of all the modules that pages share, as `manage.py prepare` makes it.

A page then asks for three files instead of sixty. Modules keep their paths and are run when the
first who needs them asks, once, as the browser would do it. What our modules may write is a small
part of the language: named imports, and exports that stand before what they name.
"""

import posixpath
import re
from collections.abc import Mapping
from graphlib import TopologicalSorter

from runs.assets.module_graph import BUNDLE, IMPORT, direct_imports, resolve

SHARED = ("js/components/", "js/lib/")
ENTRIES = ("js/frame.js", "js/pages/")
EXPORT = re.compile(r"^export ((?:async )?(?:function\*?|class|const) (\w+))", re.MULTILINE)
OTHER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)
HEAD = """\
// Every module that pages share; each is run when it is first needed.
const ready = new Map();
export function need(path) {
  if (!ready.has(path)) ready.set(path, modules[path]());
  return ready.get(path);
}
const modules = {
"""


def bundle_modules(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the static files with the shared modules in `js/modules.js` instead of files of their
    own, and with pages that import from there. Raises ValueError for a module in words that cannot
    be put into a bundle, for an import of what there is not, and for a circle of imports."""
    shared = {name: text.decode() for name, text in files.items() if is_module(name, SHARED)}
    if not shared:
        return dict(files)
    check_circles(shared)
    modules = "".join(wrap(name, shared[name], shared) for name in sorted(shared))
    kept = {name: content for name, content in files.items() if name not in shared}
    for name in kept:
        if is_module(name, ENTRIES):
            kept[name] = link_entry(name, kept[name].decode(), shared).encode()
    return {**kept, BUNDLE: f"{HEAD}{modules}}};\n".encode()}


def is_module(name: str, places: tuple[str, ...]) -> bool:
    return name.endswith(".js") and name.startswith(places)


def check_circles(shared: Mapping[str, str]) -> None:
    TopologicalSorter({name: direct_imports(name, shared[name]) for name in shared}).prepare()


def wrap(name: str, text: str, shared: Mapping[str, str]) -> str:
    """A module as an entry of the table: a function that runs it and gives its exports."""
    exported = [export[1] for export in EXPORT.findall(text)]
    body = link_imports(name, EXPORT.sub(r"\1", text), shared)
    return f'"{name}"() {{\n{body}return {{ {", ".join(exported)} }};\n}},\n'


def link_entry(name: str, text: str, shared: Mapping[str, str]) -> str:
    """A page's own module, which takes what it imports out of the bundle."""
    path = posixpath.relpath(BUNDLE, posixpath.dirname(name))
    relative = path if path.startswith(".") else f"./{path}"
    linked = link_imports(name, text, shared)
    return linked if linked == text else f'import {{ need }} from "{relative}";\n{linked}'


def link_imports(name: str, text: str, shared: Mapping[str, str]) -> str:
    """`import { a as b } from "./c.js";` as `const { a: b } = need("c.js");`."""

    def link(found: re.Match[str]) -> str:
        path = resolve(name, found[2])
        if path not in shared:
            raise ValueError(f"{name} imports {path}, which is no module that pages share.")
        return f'const {{{found[1].replace(" as ", ": ")}}} = need("{path}");'

    linked = IMPORT.sub(link, text)
    if other := OTHER.search(linked):
        raise ValueError(f"{name} cannot be put into a bundle: {other[0]}")
    return linked
