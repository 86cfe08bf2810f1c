"""Images: `run.log_image`."""

import io
import re
import time
from pathlib import Path
from typing import Any

from studio.sdk.exceptions import UserErrorException

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".svg", ".tif", ".tiff"})
FOLDER = "images"


def read_image(name: str, path: Any, plot: Any) -> tuple[str, bytes]:
    """Return the path in the run and the content of an image: a file, or a plot with `savefig`.

    Raises UserErrorException where not one of both is given, or where it is no image.
    """
    if (path is None) == (plot is None):
        raise UserErrorException("Give either path or plot.")
    if plot is not None:
        return image_path(name, ".png"), draw(plot)
    file = Path(path)
    suffix = file.suffix.lower()
    if suffix not in SUFFIXES:
        raise UserErrorException(f"{file} is no image: it ends with none of {sorted(SUFFIXES)}.")
    try:
        return image_path(name, suffix), file.read_bytes()
    except OSError as error:
        raise UserErrorException(f"{file} cannot be read: {error.strerror}.") from error


def draw(plot: Any) -> bytes:
    """Return a plot as PNG."""
    if not hasattr(plot, "savefig"):
        raise UserErrorException(
            "A plot has savefig: give matplotlib.pyplot or a figure, or the path of an image."
        )
    buffer = io.BytesIO()
    plot.savefig(buffer, format="png")
    return buffer.getvalue()


def image_path(name: str, suffix: str) -> str:
    """Return a path in the run that no other image has."""
    plain = re.sub(r"[^\w.-]+", "_", name)[:60] or "image"
    return f"{FOLDER}/{plain}_{time.time_ns() // 1000}{suffix}"
