"""What completes a half-written filter: words of the grammar, names and values of the workspace."""

from collections.abc import Sequence
from dataclasses import dataclass

from runs.table.names import NOTES, list_names, list_values
from runs.tracking.fields import Entity, Field
from runs.tracking.filters import Expectation, Expected, suggest, write_field, write_value

MOST_ITEMS = 30


@dataclass(frozen=True)
class Item:
    """A completion: what the list says, and what replaces the characters at the cursor."""

    label: str
    insert: str
    note: str = ""


@dataclass(frozen=True)
class Completions:
    """Items for the characters from `start` to `end` of the text. `is_cut`: there are more."""

    start: int
    end: int
    items: list[Item]
    is_cut: bool = False


def complete(text: str, cursor: int, experiment_ids: Sequence[int]) -> Completions:
    """Return what may stand at `cursor`. At most one query."""
    expected = suggest(text, cursor)
    items = [Item(word, space_after(word, expected)) for word in expected.options]
    if expected.kind is Expected.FIELD and expected.entity is not None:
        items += complete_names(expected, experiment_ids)
    elif expected.kind is Expected.VALUE and expected.field is not None:
        items += complete_values(expected, expected.field, experiment_ids)
    is_cut = len(items) > MOST_ITEMS
    return Completions(expected.start, expected.end, items[:MOST_ITEMS], is_cut)


def space_after(word: str, expected: Expectation) -> str:
    """A field, operator or value is followed by a blank; a prefix such as `metrics.` is not."""
    return word if word.endswith(".") else f"{word} "


def complete_names(expected: Expectation, experiment_ids: Sequence[int]) -> list[Item]:
    entity = expected.entity
    if entity not in (Entity.METRIC, Entity.PARAM, Entity.TAG, Entity.PROPERTY):
        return []
    wanted = expected.prefix.lower()
    found = [key for key in list_names(entity, experiment_ids) if wanted in key.lower()]
    found.sort(key=lambda key: (not key.lower().startswith(wanted), key))
    some = found[: MOST_ITEMS + 1]
    return [Item(key, f"{write_field(Field(entity, key))} ", entity.value) for key in some]


def complete_values(
    expected: Expectation, field: Field, experiment_ids: Sequence[int]
) -> list[Item]:
    if field.entity not in NOTES:
        return []
    values = list_values(field.entity, field.key, experiment_ids, expected.prefix)
    return [Item(value, f"{write_value(field, value)} ") for value in values]
