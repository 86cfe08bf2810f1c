"""A studio with something in it, and ways to ask its pages."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from runs.assets.module_bundle import bundle_modules
from runs.assets.static_files import read_files
from runs.metrics.services import RunRef, log_batch
from runs.tracking.models import Run
from tests.chromium import QUICK_SWITCHES, find_program
from tests.factories import make_experiment, make_run
from tests.web import accessibility
from tests.web.browser import OPTIONS, PHONE, patient
from tests.web.js_modules import open_modules
from tests.web.kept_tab import keep_process, open_kept_tab

ASKED_BY_PAGES = ("css/", "django_htmx/htmx-2.min.js", "img/", "js/", "plotly/")


@pytest.fixture
def studio(db, settings) -> Client:
    """A browser of the local owner of an open studio."""
    settings.STUDIO_OPEN = True
    return Client()


@pytest.fixture
def guarded(db, settings) -> Client:
    """A browser of nobody yet, at a studio with sign-in."""
    settings.STUDIO_OPEN = False
    return Client()


@pytest.fixture
def as_part(studio: Client) -> Callable[..., Any]:
    """Ask like the script of a page does."""
    return lambda address, **data: studio.get(address, data, headers={"HX-Request": "true"})


@pytest.fixture(scope="session")
def bundled_files(tmp_path_factory) -> Path:
    """A folder with what the pages ask for as `manage.py prepare` collects it, and with axe, so old
    that a browser does not ask again for what it has in its cache."""
    folder = tmp_path_factory.mktemp("static")
    files = {accessibility.ADDRESS: accessibility.read_script()}
    bundle = bundle_modules(read_files()).items()
    files |= {name: content for name, content in bundle if name.startswith(ASKED_BY_PAGES)}
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
        os.utime(folder / name, (0, 0))
    return folder


@pytest.fixture(scope="session")
def kept_context(playwright, live_server, tmp_path_factory) -> Iterator[Any]:
    """A Chromium with a folder of its own, in which it keeps scripts compiled too."""
    launched = playwright.chromium.launch_persistent_context(
        str(tmp_path_factory.mktemp("chromium")),
        executable_path=find_program(),
        args=QUICK_SWITCHES,
        base_url=live_server.url,
        **OPTIONS,
    )
    context = patient(launched)
    keep_process(context.pages[0])
    yield context
    context.close()


@pytest.fixture(scope="session")
def kept_phone(chromium, live_server) -> Iterator[Any]:
    options = OPTIONS | {"viewport": PHONE, "has_touch": True}
    context = patient(chromium.new_context(base_url=live_server.url, **options))
    keep_process(context.new_page())
    yield context
    context.close()


@pytest.fixture(scope="session")
def kept_second(chromium, live_server) -> Iterator[Any]:
    """The browser of a second person."""
    context = patient(chromium.new_context(base_url=live_server.url, **OPTIONS))
    keep_process(context.new_page())
    yield context
    context.close()


@pytest.fixture
def open_studio(settings, bundled_files) -> None:
    """A studio without sign-in, with the scripts of its pages in one file."""
    settings.STUDIO_OPEN = True
    settings.STATIC_VERSION = "bundled"
    settings.STATICFILES_DIRS = [bundled_files, *settings.STATICFILES_DIRS]


@pytest.fixture
def open_kept(live_server, request) -> Callable[[Any], Any]:
    """Open the tab that a context keeps. After a test that fails nobody uses it again."""

    @contextmanager
    def opened(context: Any) -> Iterator[Any]:
        with open_kept_tab(context, live_server.url) as page:
            failed = request.session.testsfailed
            yield page
            page.is_worn |= request.session.testsfailed > failed

    return opened


@pytest.fixture
def tab(kept_context, open_kept, open_studio) -> Iterator[Any]:
    """A tab at the open studio of a live server. Whatever goes wrong in it fails the test."""
    with open_kept(kept_context) as page:
        yield page


@pytest.fixture
def phone(kept_phone, open_kept, open_studio) -> Iterator[Any]:
    """Such a tab, as wide as a phone's, for fingers."""
    with open_kept(kept_phone) as page:
        yield page


@pytest.fixture(scope="session")
def module_page(chromium) -> Iterator[Any]:
    page = chromium.new_page()
    yield page
    page.close()


@pytest.fixture(scope="module")
def module(module_page) -> Callable[..., Any]:
    """Run JavaScript with the exports of a module of `static/js/lib`. These modules keep nothing,
    so all tests of a file share a page."""
    return open_modules(module_page)


@pytest.fixture
def three_runs(db) -> list[Run]:
    """Three runs of one experiment with two points of `loss`, the very last NaN, and a child of the
    first run."""
    experiment = make_experiment("vision/resnet")
    runs = []
    for i, (lr, loss) in enumerate([("0.1", 0.5), ("0.01", 0.25), ("0.1", float("nan"))]):
        run = make_run(
            experiment, run_id=f"run-{i}", name=f"run {i}", started_ms=1000 + i, params={"lr": lr}
        )
        points = [("loss", 0, 1, 1.0), ("loss", 1, 2, loss)]
        log_batch(run=RunRef(run.id, experiment.id), points=points, params=None, tags=None)
        runs.append(run)
    make_run(experiment, run_id="child", parent=runs[0], name="child")
    return runs
