"""The modules that pages share as one file."""

from graphlib import CycleError

import pytest

from runs.assets.module_bundle import bundle_modules
from runs.assets.static_files import read_files

PAGE = """\
// A page.

import { count, total as sum } from "../components/table.js";
import {
  two,
} from "../lib/numbers.js";

sum(count, two);
"""
TABLE = """\
import { two } from "../lib/numbers.js";

export const count = two + 1;
export function total(...numbers) {
  return numbers.length;
}
export async function* each() {}
const own = 1;
"""
NUMBERS = "export const two = 2;\n"


def files(**changed: str) -> dict[str, bytes]:
    texts = {
        "js/pages/start.js": PAGE,
        "js/components/table.js": TABLE,
        "js/lib/numbers.js": NUMBERS,
        "js/before_paint.js": "document.title;",
        "css/base.css": "body {}",
    }
    return {name: text.encode() for name, text in {**texts, **changed}.items()}


def test_shared_modules_become_one_file_and_all_else_stays():
    bundled = bundle_modules(files())

    assert set(bundled) == {
        *("js/modules.js", "js/pages/start.js", "js/before_paint.js", "css/base.css")
    }
    assert bundled["css/base.css"] == b"body {}"
    assert bundled["js/before_paint.js"] == b"document.title;"


def test_a_page_takes_what_it_imports_out_of_the_bundle():
    page = bundle_modules(files())["js/pages/start.js"].decode()

    assert page.startswith('import { need } from "../modules.js";\n')
    assert 'const { count, total: sum } = need("js/components/table.js");' in page
    assert 'const {\n  two,\n} = need("js/lib/numbers.js");' in page


def test_a_module_of_the_bundle_gives_what_it_exports_and_nothing_else():
    bundle = bundle_modules(files())["js/modules.js"].decode()

    assert '"js/components/table.js"() {\nconst { two } = need("js/lib/numbers.js");' in bundle
    assert "return { count, total, each };" in bundle
    assert "export const" not in bundle


@pytest.mark.parametrize(
    "text",
    [
        "export default 1;",
        "export { two };",
        "export let two = 2;",
        'import * as all from "./other.js";',
        'import "./other.js";',
        'export { a } from "./other.js";',
    ],
)
def test_other_words_are_refused(text):
    with pytest.raises(ValueError, match=r"js/lib/numbers.js cannot be put into a bundle: \w+"):
        bundle_modules(files(**{"js/lib/numbers.js": text + "\n"}))


def test_an_import_of_nothing_is_refused():
    with pytest.raises(ValueError, match=r"start.js imports js/components/no.js, which is no"):
        bundle_modules(files(**{"js/pages/start.js": PAGE.replace("table.js", "no.js")}))


def test_a_circle_is_refused():
    circle = 'import { count } from "../components/table.js";\n' + NUMBERS
    with pytest.raises(CycleError):
        bundle_modules(files(**{"js/lib/numbers.js": circle}))


def test_static_files_without_modules_stay_as_they_are():
    assert bundle_modules({"a.css": b"a"}) == {"a.css": b"a"}


def test_the_modules_of_the_studio_can_be_bundled():
    bundled = bundle_modules(read_files())

    assert not [name for name in bundled if name.startswith(("js/components/", "js/lib/"))]
    assert b'from "./modules.js"' in bundled["js/frame.js"]
    assert b'"js/components/run_table/grid.js"() {' in bundled["js/modules.js"]
