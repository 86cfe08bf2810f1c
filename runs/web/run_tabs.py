"""What a tab of the run page is. Each tab is a module with a `TAB`, and one line in `run.TABS`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from runs.details.run_page import RunHead
from runs.tracking.models import Run
from runs.web.live import LivePart

Read = Callable[[HttpRequest, Run], Mapping[str, Any]]


@dataclass(frozen=True)
class RunTab:
    """`read` gives the context of the tab's templates. `page` is the template of what stands
    around its live `parts`, `count` the number beside the label."""

    slug: str
    label: str
    page: str
    read: Read
    parts: tuple[LivePart, ...] = ()
    count: Callable[[RunHead], int | None] = field(default=lambda head: None)
