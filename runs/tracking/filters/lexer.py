"""Splits the text of a filter into tokens with their positions.

A word is any run of characters that is not space, quote, bracket, comma or operator, so names and
numbers (`train/loss`, `-1e-3`, `2026-05-01`) are words; the parser tells them apart. A quote
character inside a quoted piece is written twice.
"""

import re
from dataclasses import dataclass
from enum import Enum

from runs.tracking.filters.errors import FilterError
from runs.tracking.texts import is_storable

MAX_CHARS = 10_000
JMESPATH = "jp:"

TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<symbol><=|>=|!=|!~|==|[<>=~()\[\],])
  | (?P<text>'(?:[^']|'')*'|"(?:[^"]|"")*")
  | (?P<key>`(?:[^`]|``)*`)
  | (?P<expression>jp:(?s:.*))
  | (?P<word>[^\s'"`()\[\],<>=!~]+)
    """,
    re.VERBOSE,
)


class Kind(Enum):
    """What a token is. `KEY` is a name in backticks, which is never a value; an `EXPRESSION` is
    `jp:` and all that follows it."""

    WORD = "word"
    TEXT = "text"
    KEY = "key"
    SYMBOL = "symbol"
    EXPRESSION = "expression"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """One token: `raw` as written, `text` without its quotes, `position` in the filter."""

    kind: Kind
    raw: str
    text: str
    position: int

    @property
    def end(self) -> int:
        return self.position + len(self.raw)

    @property
    def keyword(self) -> str:
        """The upper-case word, empty for anything quoted."""
        return self.raw.upper() if self.kind is Kind.WORD else ""


def read_tokens(text: str, max_chars: int = MAX_CHARS) -> list[Token]:
    """Return the tokens of `text`, ended by one of kind END. Raises FilterError."""
    if len(text) > max_chars:
        raise FilterError(
            f"The filter is {len(text):,} characters long; at most {max_chars:,} are read.",
            max_chars,
            len(text) - max_chars,
        )
    if not is_storable(text):
        raise FilterError("The filter holds a NUL character or a lone surrogate.", 0, len(text))
    tokens = []
    position = 0
    while position < len(text):
        match = TOKEN.match(text, position)
        if match is None:
            raise _unreadable(text, position)
        if match.lastgroup != "space":
            tokens.append(_make_token(Kind(match.lastgroup), match.group(), position))
        position = match.end()
    return [*tokens, Token(Kind.END, "", "", len(text))]


def _make_token(kind: Kind, raw: str, position: int) -> Token:
    text = raw
    if kind in (Kind.TEXT, Kind.KEY):
        text = raw[1:-1].replace(raw[0] * 2, raw[0])
    return Token(kind, raw, text, position)


def _unreadable(text: str, position: int) -> FilterError:
    found = text[position]
    if found == "!":
        return FilterError("`!` stands alone.", position, 1, "Write `!=`, `!~` or NOT.")
    return FilterError(
        f"The quote {found} is never closed.", position, len(text) - position, f"Add a {found}."
    )
