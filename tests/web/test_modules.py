"""The modules of a page are all asked for at once."""

import re
from pathlib import Path

import pytest

from runs.assets.module_bundle import EXPORT
from runs.assets.module_graph import IMPORT, imports_of, resolve

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(path.name for path in (ROOT / "static/js/pages").glob("*.js"))


@pytest.mark.parametrize("page", PAGES)
def test_every_import_of_a_page_is_known_and_there(page):
    found = imports_of(f"js/pages/{page}")
    for module in (f"js/pages/{page}", *found):
        text = (ROOT / "static" / module).read_text()
        for name in re.findall(r'from "(\.[^"]+)"', text) + re.findall(
            r'^import "(\.[^"]+)"', text, re.M
        ):
            wanted = (ROOT / "static" / module).parent.joinpath(name).resolve()
            assert str(wanted.relative_to(ROOT / "static")) in found, f"{name} in {module}"
            assert wanted.is_file()


def test_the_nearest_imports_come_first():
    found = imports_of("js/pages/run_table.js")
    assert found.index("js/components/charts/strip.js") < found.index("js/lib/symlog.js")
    assert len(found) == len(set(found))


def test_a_module_that_there_is_not_is_a_fault():
    with pytest.raises(ValueError, match="There is no module"):
        imports_of("js/pages/nothing.js")


def test_a_page_asks_for_all_its_modules(db, studio):
    page = studio.get("/w/default/runs").content.decode()
    asked = re.findall(r'<link rel="modulepreload" href="[^"]*?/(js/[^"]+)">', page)
    assert set(imports_of("js/pages/run_table.js")) <= set(asked)
    assert set(imports_of("js/frame.js")) <= set(asked)


def test_a_page_of_collected_files_asks_for_all_of_them_in_one(db, studio, settings):
    settings.STATIC_VERSION = "0123456789abcdef"
    page = studio.get("/w/default/runs").content.decode()
    assert set(re.findall(r'"modulepreload" href="[^"]*?/(js/[^"]+)"', page)) == {"js/modules.js"}


def test_every_name_that_a_module_imports_is_exported_where_it_is_looked_for():
    static = ROOT / "static"
    modules = {
        path.relative_to(static).as_posix(): path.read_text() for path in static.rglob("*.js")
    }
    absent = [
        f"{name} of {target} in {path}"
        for path, text in modules.items()
        for names, relative in IMPORT.findall(text)
        for target in [resolve(path, relative)]
        for name in filter(None, (one.partition(" as ")[0].strip() for one in names.split(",")))
        if name not in {export[1] for export in EXPORT.findall(modules[target])}
    ]
    assert absent == []
