"""The kinds of preview: `where` says what and how big it is, `note` what is left out."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What every preview says. The kinds without data of their own (text, image, audio, video,
    pdf) are shown from the bytes of the file itself."""

    kind: str
    name: str
    where: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class TablePreview(Preview):
    """A page of rows. `next` asks for the page behind it; None at the end."""

    columns: list[str]
    rows: list[list[str | None]]
    first_row: int = 0
    total_rows: int | None = None
    next: int | None = None


@dataclass(frozen=True, kw_only=True)
class JsonPreview(Preview):
    """A JSON document; numbers JSON does not have (NaN, Infinity) are texts."""

    value: Any


@dataclass(frozen=True, kw_only=True)
class MarkdownPreview(Preview):
    """The source of a Markdown file; whoever shows it must sanitise it."""

    text: str


@dataclass(frozen=True, kw_only=True)
class HtmlPreview(Preview):
    """A page, shown from the bytes of the file; `sites` are what it loads scripts or styles
    from."""

    has_scripts: bool
    sites: list[str]


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A cell of a notebook; `images` are `data:` addresses of pictures without script, and so are
    the `attachments` of a text, by their names."""

    type: str
    source: str
    outputs: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    attachments: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class NotebookPreview(Preview):
    """A Jupyter notebook: sources and their outputs as text and pictures."""

    cells: list[Cell]


@dataclass(frozen=True, kw_only=True)
class HexPreview(Preview):
    """The first bytes of a file that nothing else can show."""

    text: str
