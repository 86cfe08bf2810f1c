"""Data for stdout: as a table for people, as JSON, JSON lines or TSV for programs."""

import csv
import json
import math
import re
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click

# A shell takes the quotes away from  [?properties.author=='ada-l']  where it is not quoted itself.
BARE_VALUE = re.compile(r"(?<=[=!]=)\s*([^\s'\"`\[\]()&|]+)")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
CUT = frozenset({"displayName", "experiment", "tags", "found", "problem", "location"})
MOST_ID, UNLIMITED = 36, 10_000
STYLES = {
    "Completed": "green",
    "Failed": "red",
    "Canceled": "yellow",
    "CancelRequested": "yellow",
    "Running": "blue",
}


class Show:
    """Writes an answer to stdout, after the query has chosen from it."""

    def __init__(self, output: str | None, query: str | None) -> None:
        self.output = output or ("table" if sys.stdout.isatty() else "json")
        self.query = query

    def __call__(self, data: Any, columns: Sequence[str] = ()) -> None:
        """Write data. Lists of objects are tables; `columns` are those that people see."""
        if self.query:
            data = choose(data, self.query)
            columns = columns if are_whole(data, columns) else ()
        data = plain(data)
        WRITERS[self.output](data, columns)


def are_whole(data: Any, columns: Sequence[str]) -> bool:
    """Tell whether a query has chosen rows and nothing within them."""
    return isinstance(data, list) and all(
        isinstance(row, dict) and row.keys() >= set(columns) for row in data
    )


def choose(data: Any, query: str) -> Any:
    """Return what a query finds in the data. Raises UsageError for a wrong one."""
    from jmespath.exceptions import JMESPathError

    try:
        return compiled(query).search(plain(data))
    except JMESPathError as error:
        hint = f"{error}\nGive it as one word: --query \"[?tags.quality=='fantastic run']\""
        raise click.UsageError(hint) from error


def compiled(query: str) -> Any:
    """Return a compiled query; one that lost its quotes to the shell gets them back."""
    import jmespath
    from jmespath.exceptions import JMESPathError

    try:
        return jmespath.compile(query)
    except JMESPathError:
        mended = BARE_VALUE.sub(lambda match: f"'{match[1]}'", query)
        if mended == query:
            raise
        return jmespath.compile(mended)


def plain(data: Any) -> Any:
    """Return data that every JSON reader takes: NaN and infinities are words, as in the API."""
    if isinstance(data, dict):
        return {str(key): plain(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [plain(value) for value in data]
    if isinstance(data, float) and not math.isfinite(data):
        return "NaN" if math.isnan(data) else "Infinity" if data > 0 else "-Infinity"
    if data is None or isinstance(data, str | int | float | bool):
        return data
    return str(data)


def write_json(data: Any, _: Sequence[str]) -> None:
    """Write one JSON document."""
    click.echo(json.dumps(data, indent=2, ensure_ascii=False))


def write_jsonl(data: Any, _: Sequence[str]) -> None:
    """Write one JSON document in each line."""
    for row in data if isinstance(data, list) else [data]:
        click.echo(json.dumps(row, ensure_ascii=False))


def write_tsv(data: Any, columns: Sequence[str]) -> None:
    """Write rows without a head, for `cut` and `while read`."""
    writer = csv.writer(sys.stdout, "excel-tab", lineterminator="\n", quoting=csv.QUOTE_NONE,
                        quotechar=None, escapechar="\\")  # fmt: skip
    for row in data if isinstance(data, list) else [data]:
        if isinstance(row, dict):
            cells = [row.get(name) for name in columns] if columns else list(row.values())
        else:
            cells = row if isinstance(row, list) else [row]
        writer.writerow([cell_text(cell) for cell in cells])


def write_table(data: Any, columns: Sequence[str]) -> None:
    """Write what a person reads."""
    if isinstance(data, list) and all(isinstance(row, dict) for row in data):
        write_rows(data, columns or list({name: None for row in data for name in row}))
    elif isinstance(data, dict):
        write_facts(data)
    else:
        for line in data if isinstance(data, list) else [data]:
            click.echo(cell_text(line))


def write_rows(rows: list[dict[str, Any]], columns: Sequence[str]) -> None:
    """Write a table with a head; say on stderr where it is empty."""
    from rich import box
    from rich.table import Table

    if not rows:
        click.echo("There are none.", err=True)
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for name in columns:
        # A narrow terminal cuts names, but not ids and values.
        least = 6 if name in CUT else min(MOST_ID, widest(rows, name))
        table.add_column(name, no_wrap=True, overflow="ellipsis", min_width=least)
    for row in rows:
        table.add_row(*(styled(row.get(name)) for name in columns))
    print_rich(table)


def widest(rows: list[dict[str, Any]], name: str) -> int:
    """Return the length of the longest cell of a column."""
    return max(len(short(row.get(name))) for row in rows)


def write_facts(facts: dict[str, Any]) -> None:
    """Write names and values below each other."""
    from rich.table import Table

    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in facts.items():
        table.add_row(printable(name), styled(value))
    print_rich(table)


def print_rich(what: Any) -> None:
    """Print through rich, which shows no colours without a terminal or with NO_COLOR."""
    from rich.console import Console

    # Nothing is cut for a program that reads the table, such as `less`.
    width = None if sys.stdout.isatty() else UNLIMITED
    console = Console(highlight=False, markup=False, emoji=False, width=width)
    with console.capture() as drawn:
        console.print(what)
    click.echo("\n".join(line.rstrip() for line in drawn.get().splitlines()))


def styled(value: Any) -> Any:
    """Return a cell; words for statuses have a colour."""
    from rich.text import Text

    text = short(value)
    return Text(text, style=STYLES.get(text, ""))


def short(value: Any) -> str:
    """Return a cell for people: a time to the minute, in this time zone."""
    text = cell_text(value)
    if not TIME.fullmatch(text):
        return text
    at = datetime.fromisoformat(text).astimezone()
    return at.strftime("%m-%d %H:%M" if at.year == datetime.now().year else "%Y-%m-%d")


def cell_text(value: Any) -> str:
    """Return a value as one line."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return printable(", ".join(value))
    if isinstance(value, dict | list):
        return printable(json.dumps(value, ensure_ascii=False)) if value else ""
    return printable(str(value))


def printable(text: str) -> str:
    """Return a text whose control characters cannot move the cursor or end a line."""
    return CONTROL.sub(" ", text)


WRITERS = {"json": write_json, "jsonl": write_jsonl, "tsv": write_tsv, "table": write_table}
