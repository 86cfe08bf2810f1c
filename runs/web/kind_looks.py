"""How the kinds of names (metric, parameter, tag) look: their icon and word."""

from typing import NamedTuple

from runs.tracking.fields import Entity


class KindLook(NamedTuple):
    icon: str
    word: str


KIND_LOOKS = {
    Entity.METRIC: KindLook("chart-line", "Metric"),
    Entity.PARAM: KindLook("sliders-horizontal", "Parameter"),
    Entity.TAG: KindLook("tag", "Tag"),
}
