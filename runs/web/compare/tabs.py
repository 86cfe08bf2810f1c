"""What a tab of the comparison is. Each is a module with a `TAB` and one line in `page.TABS`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from runs.web.compare.chosen import Chosen


@dataclass(frozen=True)
class CompareTab:
    """`read` gives the context of the template `page`. Of more than `most` runs the first ones are
    read, and the page says so."""

    slug: str
    label: str
    page: str
    read: Callable[[HttpRequest, Chosen], dict[str, Any]]
    most: int = 500
