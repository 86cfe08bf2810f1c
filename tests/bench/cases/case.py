"""The shape of a case."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.bench.target import Options, Sample, Target


def nothing(target: Target, options: Options) -> None:
    """Prepare nothing."""


@dataclass(frozen=True)
class Case:
    """`prepare` fills the store once and returns what `measure` needs; `measure` is one pass.

    A server started by us is empty before `prepare`, and with `fresh` before each pass too.
    With `started_only` the case needs a server that we started; `servers` are the only ones that
    can do it, where not all can.
    """

    name: str
    definition: str
    measure: Callable[[Target, Any, Options], list[Sample]]
    prepare: Callable[[Target, Options], Any] = nothing
    fresh: bool = False
    started_only: bool = False
    servers: tuple[str, ...] = ()
