"""Sizes as people read them."""

import pytest

from runs.artifacts.sizes import format_bytes


@pytest.mark.parametrize(
    ("size_bytes", "shown"),
    [
        (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (12_400_000, "12.4 MB"),
        (5_000_000_000, "5.0 GB"), (10**19, "10000.0 PB"),
    ],
)  # fmt: skip
def test_units_are_decimal(size_bytes, shown):
    assert format_bytes(size_bytes) == shown
