"""A terminal's line as styled text: colours kept, progress folded, everything else dropped.

The result is data, never markup: pairs of a text and a style, where a style is a set of words
from a closed list joined by blanks: `bold dim italic underline inverse strike`, `fg-N` and `bg-N`
with N from 0 to 255 of the usual palette (24-bit colours go to the nearest of its cube).
"""

import re
from collections.abc import Iterator

Segment = tuple[str, str]
# Which word stands for each kind of style that is on.
Style = dict[str, str]

# CSI … final byte; OSC, DCS, PM, APC up to their terminator; any other escape; control characters.
_TOKEN = re.compile(
    r"(?:\x1b\[|\x9b)([0-?]*)[ -/]*([@-~])"
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\r]*(?:\x07|\x1b\\|\x9c|(?=[\x1b\r])|$)"
    r"|\x1b[ -/]*[0-~]?"
    r"|(\r+)|(\x08+)"
    r"|[\x00-\x07\x0b-\x1f\x7f-\x9f]"
)
_RESTYLING = re.compile(r"(?:\x1b\[|\x9b)([0-9;:]*)m")
_WORDS = {1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "inverse", 9: "strike"}
_ENDS = {22: ("bold", "dim"), 23: ("italic",), 24: ("underline",), 27: ("inverse",),
         29: ("strike",), 39: ("fg",), 49: ("bg",)}  # fmt: skip
_LEVELS = (0, 95, 135, 175, 215, 255)


def parse_line(text: str, style: Style | None = None) -> list[Segment]:
    """Return the last state of a line as a terminal would leave it, in styled pieces.

    A carriage return folds what stood before it, once more text follows; a backspace takes one
    character back. A line begins with the `style` that the line before has left on, and leaves its
    own there; without one it begins unstyled.
    """
    line = _Line({} if style is None else style)
    at = 0
    for token in _TOKEN.finditer(text):
        line.write(text[at : token.start()])
        at = token.end()
        line.obey(token)
    line.write(text[at:])
    return line.segments()


def style_after(text: str) -> Style:
    """Return the style that some lines leave on."""
    style: Style = {}
    for params in _RESTYLING.findall(text):
        _restyle(style, params)
    return style


def plain_text(text: str) -> str:
    """Return what `parse_line` shows, without its styles."""
    if not _TOKEN.search(text):
        return text
    return "".join(part for part, _ in parse_line(text))


class _Line:
    def __init__(self, style: Style) -> None:
        self._parts: list[Segment] = []
        self._style = style
        self._returned = False

    def write(self, text: str) -> None:
        if not text:
            return
        if self._returned:
            self._parts.clear()
            self._returned = False
        self._parts.append((text, " ".join(self._style.values())))

    def obey(self, token: re.Match[str]) -> None:
        params, final, returns, backspaces = token.groups()
        if returns:
            self._returned = True
        elif backspaces:
            self._erase(len(backspaces))
        elif final == "m":
            _restyle(self._style, params)

    def segments(self) -> list[Segment]:
        merged: list[Segment] = []
        for text, style in self._parts:
            if merged and merged[-1][1] == style:
                text = merged.pop()[0] + text
            merged.append((text, style))
        return merged

    def _erase(self, count: int) -> None:
        while count and self._parts:
            text, style = self._parts.pop()
            if len(text) > count:
                self._parts.append((text[:-count], style))
            count -= min(count, len(text))


def _restyle(style: dict[str, str], params: str) -> None:
    """Apply the numbers of one "select graphic rendition" sequence."""
    codes = iter([int(code) if code.isdecimal() else 0 for code in re.split("[;:]", params[:200])])
    for code in codes:
        if code == 0:
            style.clear()
        elif code in _WORDS:
            style[_WORDS[code]] = _WORDS[code]
        elif code in _ENDS:
            for word in _ENDS[code]:
                style.pop(word, None)
        elif code in (38, 48):
            _set_color(style, "fg" if code == 38 else "bg", _extended(codes))
        else:
            _set_basic_color(style, code)


def _set_basic_color(style: dict[str, str], code: int) -> None:
    for first, ground, offset in ((30, "fg", 0), (40, "bg", 0), (90, "fg", 8), (100, "bg", 8)):
        if first <= code < first + 8:
            _set_color(style, ground, code - first + offset)


def _set_color(style: dict[str, str], ground: str, color: int | None) -> None:
    if color is not None and 0 <= color <= 255:
        style[ground] = f"{ground}-{color}"


def _extended(codes: Iterator[int]) -> int | None:
    """Return the palette number of `5;n` or `2;r;g;b`, taking its numbers off `codes`."""
    kind = next(codes, None)
    if kind == 5:
        return next(codes, None)
    if kind != 2:
        return None
    red, green, blue = (_nearest_level(next(codes, 0)) for _ in range(3))
    return 16 + 36 * red + 6 * green + blue


def _nearest_level(value: int) -> int:
    return min(range(6), key=lambda index: abs(_LEVELS[index] - value))
