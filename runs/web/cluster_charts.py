"""The charts of a cluster: those of its tab Monitoring, and the small ones of its tab Runs."""

from collections.abc import Sequence

from runs.compute.board import Tiles
from runs.compute.models import Cluster
from runs.compute.queries import ClusterCounts
from runs.compute.sampling import SPANS, ClusterLoad, Window, read_load
from runs.web.numbers import format_number, format_seconds
from runs.web.timelines import Timeline, draw_timeline


def find_span(slug: str) -> Window:
    """Return the span that an address names, the shortest for any other word."""
    return next((span for span in SPANS if span.slug == slug), SPANS[0])


def read_charts(cluster: Cluster, span: Window) -> list[Timeline]:
    """Return the charts of the tab Monitoring. One query."""
    return draw_charts(read_load(cluster, span), span)


def draw_charts(history: Sequence[ClusterLoad], span: Window) -> list[Timeline]:
    """Draw use, queue, wait and processor."""
    return [
        draw_timeline("Slots busy", history, span, lambda one: one.use, as_percent, 1.0),
        draw_timeline("Queued runs", history, span, lambda one: one.queued, as_count, 1.0),
        draw_timeline(
            "Longest wait", history, span, lambda one: one.wait_ms / 1000, format_seconds, 60.0
        ),
        draw_timeline("CPU of the nodes", history, span, lambda one: one.load, as_percent, 1.0),
    ]


def draw_tiles(tiles: Tiles, counts: ClusterCounts) -> list[tuple[str, str, Timeline]]:
    """Return label, value of now and chart of each tile of the tab Runs."""
    use, queued, wait, load = draw_charts(tiles.history, SPANS[0])
    wait_now = "—" if tiles.wait_s is None else format_seconds(tiles.wait_s)
    load_now = "—" if counts.load is None else as_percent(counts.load)
    return [
        ("Slots busy", f"{counts.running} of {counts.slots}", use),
        ("Queued", f"{counts.queued:,}", queued),
        ("Wait, median of the last 20", wait_now, wait),
        ("CPU of the nodes", load_now, load),
    ]


def as_percent(part: float) -> str:
    """`0.93` as `93 %`."""
    return f"{round(part * 100)} %"


def as_count(number: float) -> str:
    """A mean number of runs."""
    return format_number(round(number, 1))
