"""`.amlignore` and `.gitignore`: patterns of paths that a snapshot leaves out."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FILES = (".amlignore", ".gitignore")


@dataclass(frozen=True)
class Rule:
    """One line: what it matches, whether only folders, whether it takes files in again."""

    pattern: re.Pattern[str]
    is_for_folders: bool
    takes_in: bool


@dataclass(frozen=True)
class IgnoreRules:
    """The lines of an ignore file; the last one that matches counts."""

    rules: tuple[Rule, ...] = ()

    def leaves_out(self, path: str, *, is_folder: bool = False) -> bool:
        """Tell whether a path, relative to the folder of the file, is left out.

        A folder that is left out is not entered, so its files need not be asked about.
        """
        left_out = False
        for rule in self.rules:
            if (is_folder or not rule.is_for_folders) and rule.pattern.fullmatch(path):
                left_out = not rule.takes_in
        return left_out


def read_rules(folder: Path) -> IgnoreRules:
    """Return the rules of `.amlignore`, or of `.gitignore` where there is none."""
    for name in FILES:
        file = folder / name
        if file.is_file():
            lines = file.read_text(errors="replace").splitlines()
            return IgnoreRules(tuple(rule for line in lines if (rule := read_rule(line))))
    return IgnoreRules()


def read_rule(line: str) -> Rule | None:
    """Return the rule of a line; None for a comment or an empty one."""
    line = re.sub(r"(?<!\\)\s+$", "", line)
    if not line or line.startswith("#"):
        return None
    takes_in = line.startswith("!")
    text = line[1:] if takes_in else line
    text = text.removeprefix("\\")
    is_for_folders = text.endswith("/")
    text = text.rstrip("/")
    anchored = "/" in text
    return Rule(re.compile(as_expression(text.lstrip("/"), anchored)), is_for_folders, takes_in)


@lru_cache
def as_expression(text: str, anchored: bool) -> str:
    """Return a pattern of git's as a regular expression over a whole path."""
    parts = re.split(r"(\*\*/|/\*\*|\*|\?|\[[^\]]+\])", text)
    words = {"**/": "(?:.*/)?", "/**": "/.*", "*": "[^/]*", "?": "[^/]"}
    found = ""
    for part in parts:
        if part.startswith("[") and part.endswith("]"):
            inner = part[1:-1]
            found += "[" + ("^" + inner[1:] if inner.startswith("!") else inner) + "]"
        else:
            found += words.get(part, re.escape(part))
    return found if anchored else f"(?:.*/)?{found}"
