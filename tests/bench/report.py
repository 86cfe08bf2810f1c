"""One table of all figures: the median of the rounds, side by side, with ratios."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from tests.bench.reach import REACHES, RIVAL
from tests.bench.target import Sample


@dataclass
class Row:
    """One figure of all servers: name -> the values of its rounds."""

    unit: str
    more_is_better: bool
    values: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: dict[str, str] = field(default_factory=dict)

    def middle(self, name: str) -> float | None:
        return median(self.values[name]) if self.values.get(name) else None

    def ratio(self, name: str, other: str) -> float | None:
        """How many times better `name` is than `other`."""
        ours, theirs = self.middle(name), self.middle(other)
        if not ours or not theirs:
            return None
        return ours / theirs if self.more_is_better else theirs / ours


class Report:
    """Collects samples; writes them as text and as JSON."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        self.rows: dict[str, Row] = {}
        self.failures: list[str] = []

    def add(self, name: str, samples: list[Sample]) -> None:
        for sample in samples:
            row = self.rows.setdefault(sample.row, Row(sample.unit, sample.more_is_better))
            row.values[name].append(sample.value)
            if sample.wrong:
                row.wrong[name] = sample.wrong

    def fail(self, name: str, case: str, error: Exception) -> None:
        self.failures.append(f"{case} on {name}: {error!r}")

    def text(self) -> str:
        """The table, then what was wrong."""
        head = ["", "unit", *self.names, *(f"vs {name}" for name in self.names[1:])]
        head += ["reach"] if RIVAL in self.names[1:] else []
        lines = [head, *(self._cells(name, row) for name, row in self.rows.items())]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        table = "\n".join(
            "  ".join(
                cell.ljust(width) if at == 0 else cell.rjust(width)
                for at, (cell, width) in enumerate(zip(line, widths, strict=True))
            )
            for line in lines
        )
        return "\n".join([table, *self._complaints()])

    def _cells(self, label: str, row: Row) -> list[str]:
        cells = [label, row.unit, *(self._value(row, name) for name in self.names)]
        for name in self.names[1:]:
            ratio = row.ratio(self.names[0], name)
            cells.append("" if ratio is None else f"{_short(ratio)}x")
        return cells + ([self._reach(label, row)] if RIVAL in self.names[1:] else [])

    def _value(self, row: Row, name: str) -> str:
        middle = row.middle(name)
        if middle is None:
            return "-"
        return f"{_short(middle)}{' WRONG' if name in row.wrong else ''}"

    def _reach(self, label: str, row: Row) -> str:
        reach, ours = REACHES.get(label), row.middle(self.names[0])
        if not reach or ours is None:
            return ""
        if reach.bound is not None:
            return f"≤ {_short(reach.bound)} {'yes' if ours <= reach.bound else 'NO'}"
        ratio = row.ratio(self.names[0], RIVAL)
        reached = ratio is not None and reach.ratio is not None and ratio >= reach.ratio
        return f"≥ {reach.ratio}x {'yes' if reached else 'NO'}"

    def _complaints(self) -> list[str]:
        wrong = [
            f"WRONG {label} on {name}: {why}"
            for label, row in self.rows.items()
            for name, why in row.wrong.items()
        ]
        return [*wrong, *(f"FAILED {failure}" for failure in self.failures)]

    def save(self, path: Path, about: dict) -> None:
        """Write everything, the values of all rounds too."""
        rows = {
            label: {
                "unit": row.unit,
                "more_is_better": row.more_is_better,
                "medians": {name: row.middle(name) for name in row.values},
                "rounds": row.values,
                "wrong": row.wrong,
            }
            for label, row in self.rows.items()
        }
        content = {**about, "rows": rows, "failures": self.failures}
        path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def _short(value: float) -> str:
    """Three significant digits without an exponent."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"
