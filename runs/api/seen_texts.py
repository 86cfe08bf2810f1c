"""The texts that a client has read before it writes, so that it replaces nobody else's."""

from typing import Any

from runs.api.inputs import Text

SUFFIX = "_seen"
HELP = (
    "The {0} as you have read it. Where it is another one now, nothing is changed: the answer is "
    "409 with the code `changed_meanwhile`."
)


def seen(field: str, **options: Any) -> Text:
    """Return the input `<field>_seen`."""
    return Text(required=False, help_text=HELP.format(field), **options)


def take_seen(fields: dict[str, Any]) -> dict[str, str]:
    """Take the texts that were seen out of `fields`."""
    names = [name for name in fields if name.endswith(SUFFIX)]
    return {name.removesuffix(SUFFIX): fields.pop(name) for name in names}
