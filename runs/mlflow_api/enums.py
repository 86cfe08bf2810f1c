"""The words of MLflow's enumerations, which proto3-JSON also writes as their numbers."""

from collections.abc import Mapping

MOST_DIGITS = 9


def read_word(raw: str | int, words: Mapping[int, str]) -> str:
    """Return the word that is named or numbered, by a number or by its digits; "" for a number
    without a word, and another text as it is: the caller knows what to do with it."""
    text = str(raw).strip()
    if isinstance(raw, str) and not (text.isascii() and text.isdigit()):
        return raw
    return words.get(int(text), "") if len(text) <= MOST_DIGITS else ""
