"""The parts of `tests.bench.fill`."""
