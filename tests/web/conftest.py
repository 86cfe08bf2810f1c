"""A studio with something in it, and ways to ask its pages."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from runs.metrics import names
from runs.metrics.runs import forget_all
from tests.web.browser import open_tab


@pytest.fixture(autouse=True)
def forget_metrics() -> None:
    """Ids that another test's transaction has taken back are not to be remembered."""
    names.forget_all()
    forget_all()


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


@pytest.fixture
def tab(chromium, live_server, settings) -> Iterator[Any]:
    """A tab at the open studio of a live server. Whatever goes wrong in it fails the test."""
    settings.STUDIO_OPEN = True
    with open_tab(chromium, live_server.url) as page:
        yield page
