"""The small table that a notebook shows for a run, an experiment or a workspace."""

from collections.abc import Mapping
from html import escape


def html_table(facts: Mapping[str, str], address: str) -> str:
    """Return names above values, with a link to the page. All of it is escaped."""
    head = "".join(f"<th>{escape(name)}</th>" for name in [*facts, "Page"])
    link = f'<a href="{escape(address)}" target="_blank" rel="noopener">Open in the studio</a>'
    cells = "".join(f"<td>{escape(value)}</td>" for value in facts.values()) + f"<td>{link}</td>"
    return f"<table><thead><tr>{head}</tr></thead><tbody><tr>{cells}</tr></tbody></table>"
