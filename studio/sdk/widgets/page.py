"""The view of a run as HTML in four parts: head, charts, children, log. All of it is escaped.

The same HTML is what the live widget shows and what stays in the notebook: it needs no script.
"""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from studio.sdk.run_parts.facts import duration_of
from studio.sdk.widgets.drawing import best_chart, line_chart, parallel_chart, share, short
from studio.sdk.widgets.reading import Curve, View, choices_of, metric_names, number

PARTS = ("head", "charts", "children", "log")
MOST_ROWS, MOST_CHOICES, MOST_AXES, MOST_DIGITS = 50, 20, 6, 8
STYLE = Path(__file__).with_name("style.css")
Axis = tuple[str, list[float], str, str]


def parts_of(view: View) -> dict[str, str]:
    """Return the HTML of each part."""
    return {"head": head(view), "charts": charts(view), "children": children(view),
            "log": log(view)}  # fmt: skip


def page_of(parts: dict[str, str]) -> str:
    """Return the whole as one piece, as a notebook keeps it."""
    body = "".join(f"<section>{parts[name]}</section>" for name in PARTS)
    return f'<style>{STYLE.read_text()}</style><div class="studio-run">{body}</div>'


def link(address: str, text: str) -> str:
    """Return a link that opens a page of its own."""
    return f'<a href="{escape(address)}" target="_blank" rel="noopener">{escape(text)}</a>'


def head(view: View) -> str:
    """Return what the run is and how it is."""
    run = view.document
    facts = [
        ("Experiment", escape(run["experiment"]["name"])),
        ("Run", link(view.page, run["name"] or run["run_id"])),
        ("Status", status(run["status"], run["status_reason"])),
        ("Duration", escape(duration_of(run) or "not started")),
        ("Runs on", escape(run["target"] or "the machine that logs")),
    ]
    facts += [(escape(f"tag {key}"), escape(value or "")) for key, value in run["tags"].items()]
    facts += [(escape(key), escape(value)) for key, value in run["properties"].items()]
    rows = "".join(f"<tr><th>{name}</th><td>{value}</td></tr>" for name, value in facts[:5])
    more = "".join(f"<tr><th>{name}</th><td>{value}</td></tr>" for name, value in facts[5:])
    told = f"<table>{rows}</table>"
    if more:
        told += f"<details><summary>Tags and properties</summary><table>{more}</table></details>"
    if run["error"]:
        told += f"<pre>{escape(run['error'][-4000:])}</pre>"
    if view.problem:
        told += f"<p>{escape(view.problem)}</p>"
    return told


def status(word: str, reason: str = "") -> str:
    """Return a status, with its colour."""
    because = f" ({escape(reason)})" if reason else ""
    return f'<span class="status {escape(word.lower())}">{escape(word)}</span>{because}'


def charts(view: View) -> str:
    """Return what was logged once as numbers, and a small chart for each other metric."""
    return "".join(
        f"<figure><figcaption>{escape(one.name)}</figcaption>{drawn(one)}</figure>"
        for one in view.curves
    )


def drawn(curve: Curve) -> str:
    """Return a curve, or its number where there is but one."""
    if curve.count == 1:
        return f"<b>{short(curve.ys[0]) if curve.ys[0] is not None else 'no number'}</b>"
    return line_chart(curve.name, curve.xs, curve.ys)


def children(view: View) -> str:
    """Return the children: a chart of one metric, which can be chosen, and a table."""
    if not view.children:
        return ""
    primary = view.primary
    names = metric_names(view.children)[:MOST_CHOICES]
    names = [primary, *(name for name in names if name != primary)] if primary else []
    options = "".join(f"<option>{escape(name)}</option>" for name in names)
    picks = "".join(f'<div class="pick">{chart_of(view, name)}</div>' for name in names)
    chosen = f'<div class="choice"><label>Metric <select>{options}</select></label>{picks}</div>'
    return (
        f"<p class='title'>{len(view.children)} child runs</p>{chosen if names else ''}"
        f"{coordinates(view, primary)}{table(view, primary)}"
    )


def chart_of(view: View, name: str) -> str:
    """Return the chart of one metric of the children."""
    valued = [one for one in view.children if number(one["metrics"].get(name)) is not None]
    lower = view.is_lower_better if name == view.primary else False
    values = [float(one["metrics"][name]) for one in valued]
    return best_chart(name, values, [one["name"] or one["run_id"] for one in valued], lower)


def table(view: View, primary: str) -> str:
    """Return the children, the best first where they are compared."""
    params = sorted({name for one in view.children for name in choices_of(one)})[:MOST_AXES]
    titles = ["Run", "Status", "Duration", *([primary] if primary else []), *params]
    rows = sorted_children(view, primary)
    lines = [
        [
            link(page_beside(view.page, one["run_id"]), one["name"] or one["run_id"]),
            status(one["status"]),
            escape(duration_of(one) or ""),
            *([cell(one["metrics"].get(primary))] if primary else []),
            *(escape(shorter(choices_of(one).get(name, ""))) for name in params),
        ]
        for one in rows[:MOST_ROWS]
    ]
    head = "".join(f"<th>{escape(one)}</th>" for one in titles)
    body = "".join("<tr>" + "".join(f"<td>{one}</td>" for one in line) + "</tr>" for line in lines)
    rest = len(rows) - MOST_ROWS
    more = f"<p>{link(view.page, f'{rest} more in the studio')}</p>" if rest > 0 else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def sorted_children(view: View, primary: str) -> list[dict[str, Any]]:
    """Return the children by the primary metric; those without it are last."""
    sign = 1 if view.is_lower_better else -1

    def place(child: dict[str, Any]) -> tuple[bool, float]:
        value = number(child["metrics"].get(primary))
        return (value is None, sign * (value or 0.0))

    return sorted(view.children, key=place) if primary else list(view.children)


def page_beside(page: str, run_id: str) -> str:
    """Return the address of the page of another run."""
    return f"{page.rpartition('/')[0]}/{run_id}"


def cell(value: Any) -> str:
    """Return a value of a metric."""
    return short(value) if isinstance(value, int | float) else escape(str(value or ""))


def shorter(text: str) -> str:
    """Return a number that was written with all its digits with fewer; anything else as it is."""
    try:
        return short(float(text)) if len(text) > MOST_DIGITS else text
    except ValueError:
        return text


def coordinates(view: View, primary: str) -> str:
    """Return parallel coordinates of the parameters that differ, and the primary metric."""
    valued = [one for one in view.children if number(one["metrics"].get(primary)) is not None]
    given = [choices_of(one) for one in valued]
    names = sorted({name for choices in given for name in choices})
    columns = {name: [choices.get(name, "") for choices in given] for name in names}
    axes = [axis_of(name, column) for name, column in columns.items() if len(set(column)) > 1]
    if len(valued) < 2 or not axes:
        return ""
    scores = axis_of(primary, [one["metrics"][primary] for one in valued])
    return parallel_chart([*axes[:MOST_AXES], scores])


def axis_of(name: str, values: Sequence[Any]) -> Axis:
    """Return an axis: numbers by their size, anything else by its place among the values."""
    try:
        numbers = [float(value) for value in values]
        low, high = min(numbers), max(numbers)
        return name, [share(one, low, high) for one in numbers], short(low), short(high)
    except ValueError:
        words = sorted({str(value) for value in values})
        last = max(1, len(words) - 1)
        heights = [words.index(str(value)) / last for value in values]
        return name, heights, words[0], words[-1]


def log(view: View) -> str:
    """Return the last lines of the log."""
    if not view.log:
        return ""
    return f"<p class='title'>{escape(view.log_path)}</p><pre>{escape(view.log)}</pre>"
