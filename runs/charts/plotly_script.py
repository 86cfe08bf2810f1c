"""Plotly's script, for pages that bring a chart without it."""

from importlib.resources import files


def read_plotly() -> bytes:
    """Return the script: about five megabytes."""
    return files("plotly").joinpath("package_data", "plotly.min.js").read_bytes()
