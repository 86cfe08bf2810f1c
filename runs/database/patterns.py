"""Regular expressions of users, matched in time linear in the text (RE2).

One syntax for both databases: what RE2 and PostgreSQL both know. Found anywhere in the text,
case-sensitive unless it begins with `(?i)`; `.` matches a line break too. Look-around and
back-references are refused: they cannot be matched in linear time.
"""

import re
from functools import lru_cache

import re2

MAX_PATTERN_CHARS = 500
MAX_REPEAT = 255

# A piece that one of the two spells otherwise, or lacks; everything else reads alike in both.
PIECE = re.compile(
    r"""\\x\{(?P<wide>[0-9a-fA-F]{1,6})\}
      | \\x(?P<hex>[0-9a-fA-F]{2})
      | \\(?P<escape>.)
      | \(\?(?P<group>[^:])
      | \{(?P<low>\d+)(?:,(?P<high>\d*))?\}
    """,
    re.VERBOSE | re.DOTALL,
)
SAME_ESCAPES = frozenset("dDsSwWntrfvA")
OTHER_ESCAPES = {"b": r"\y", "B": r"\Y", "z": r"\Z"}
IGNORE_CASE = "(?i)"

_OPTIONS = re2.Options()
_OPTIONS.dot_nl = True
_OPTIONS.log_errors = False
_OPTIONS.max_mem = 1 << 20


class PatternError(ValueError):
    """The text is no regular expression that can be matched safely; the message says why."""


@lru_cache(maxsize=256)
def compile_pattern(pattern: str) -> "re2._Regexp":
    """Return the compiled pattern; `.search(text)` finds it anywhere. Raises PatternError."""
    if len(pattern) > MAX_PATTERN_CHARS:
        raise PatternError(f"it is longer than {MAX_PATTERN_CHARS} characters")
    to_postgresql(pattern)
    try:
        return re2.compile(pattern, _OPTIONS)
    except re2.error as error:
        raise PatternError(error.args[0].decode(errors="replace")) from None


def to_postgresql(pattern: str) -> str:
    """Return the pattern as PostgreSQL spells it. Raises PatternError where it cannot."""
    start = len(IGNORE_CASE) if pattern.startswith(IGNORE_CASE) else 0
    return pattern[:start] + PIECE.sub(_translate, pattern[start:])


def _translate(match: re.Match[str]) -> str:
    piece, escape = match.group(), match["escape"]
    if code := match["hex"] or match["wide"]:
        return f"\\U{int(code, 16):08x}"
    if match["group"]:
        raise PatternError(f"`{piece}` is not supported; `(?i)` may stand at its start")
    if match["low"]:
        return _check_repeat(piece, match["low"], match["high"])
    if not escape.isalnum() or escape in SAME_ESCAPES:
        return piece
    if escape not in OTHER_ESCAPES:
        raise PatternError(f"`{piece}` is not supported")
    return OTHER_ESCAPES[escape]


def _check_repeat(piece: str, low: str, high: str | None) -> str:
    if max(int(low), int(high or low)) > MAX_REPEAT:
        raise PatternError(f"`{piece}` repeats more than {MAX_REPEAT} times")
    return piece
