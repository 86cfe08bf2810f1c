"""The images of runs, by name and step: logged ones of MLflow and of metrics, and image files."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q

from runs.artifacts.models import File
from runs.metrics.models import MetricArtifact
from runs.tracking.models import Run

MOST_IMAGES = 20_000

# What `mlflow.log_image(image, key=…, step=…)` calls its files. A `/` in the key is written `~`
# (before MLflow 3.11 `#`); `+` stands for `%` where a store does not take that.
_LOGGED = re.compile(
    r"images/(?P<key>.+)(?P<mark>[%+])step(?P=mark)(?P<step>-?\d{1,18})"
    r"(?P=mark)timestamp(?P=mark)(?P<ms>\d{1,18})(?P=mark)(?P<uuid>[^%+/]+)\.\w+$"
)
_SMALL = re.compile(r"[%+]compressed\.webp$")
_IS_IMAGE = Q(content_type__startswith="image/") & ~Q(content_type="image/tiff")


@dataclass(frozen=True)
class RunImage:
    """One image. `step` is None for a file that was not logged under a step."""

    name: str
    step: int | None
    ms: int
    path: str


def list_images(runs: Sequence[Run]) -> dict[int, list[RunImage]]:
    """Return the images of each run by its key, sorted by name, step and time. Two queries.

    At most 20,000 in all; the small copies that MLflow makes of logged images are left out.
    """
    found: dict[int, list[RunImage]] = {run.pk: [] for run in runs}
    logged = _logged_as_metrics(found)
    files = File.objects.filter(_IS_IMAGE, run__in=list(found)).order_by("run", "path")
    rows = files.values_list("run", "path", "updated_ms")[:MOST_IMAGES]
    for run, path, ms in rows:
        if (run, path) in logged:
            found[run] += logged[run, path]
        elif not _SMALL.search(path):
            found[run].append(image_of(path, ms))
    return {run: sorted(images, key=_order) for run, images in found.items()}


def image_of(path: str, ms: int) -> RunImage:
    """Return what the name of a file says about the image in it."""
    match = _LOGGED.match(path)
    if match is None:
        return RunImage(path, None, ms, path)
    key = re.sub("[~#]", "/", match["key"])
    return RunImage(key, int(match["step"]), int(match["ms"]), path)


def _logged_as_metrics(runs: Iterable[int]) -> dict[tuple[int, str], list[RunImage]]:
    rows = MetricArtifact.objects.filter(run__in=list(runs), kind=MetricArtifact.Kind.IMAGE)
    logged: dict[tuple[int, str], list[RunImage]] = {}
    for run, key, step, ms, path in rows.values_list("run", "key", "step", "ms", "path"):
        logged.setdefault((run, path), []).append(RunImage(key, step, ms, path))
    return logged


def _order(image: RunImage) -> tuple[str, int, int, str]:
    return image.name, -(2**63) if image.step is None else image.step, image.ms, image.path
