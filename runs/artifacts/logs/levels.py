"""How serious a line of a log is."""

import re

# Words as loggers write them: at the start, after a time stamp, in brackets, before a colon.
_LEVELS = (
    (
        "error",
        re.compile(
            r"\b(?:ERROR|CRITICAL|FATAL|SEVERE|PANIC)\b|^Traceback \(most recent call last\)"
            r"|^\s*(?:[\w.]+\.)?\w*(?:Error|Exception|Interrupt|Exit)\b(?::|$)"
            r"|^(?:error|fatal|panic)\b\s*:|^Killed$|Segmentation fault|CUDA out of memory"
        ),
    ),
    (
        "warning",
        re.compile(r"\bWARN(?:ING)?\b|\b\w+Warning\b:|^(?:warning|warn)\b\s*:"),
    ),
    ("debug", re.compile(r"\b(?:DEBUG|TRACE)\b")),
)
_LOOKED_AT_CHARS = 500


def level_of(text: str) -> str:
    """Return `error`, `warning`, `debug` or "" for a line that says none of them."""
    start = text[:_LOOKED_AT_CHARS]
    for level, pattern in _LEVELS:
        if pattern.search(start):
            return level
    return ""
