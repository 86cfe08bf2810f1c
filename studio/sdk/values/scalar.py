"""One value at a time: `run.log`."""

import json
from typing import Any

from studio.sdk.exceptions import UserErrorException
from studio.sdk.values.names import plain_name
from studio.sdk.values.numbers import CONTAINERS, as_number, number_text


def head_of(name: str, kind: str = "scalar") -> str:
    """Return the beginning of the line of a value: all but value, step and time."""
    return f'{{"kind":"{kind}","name":{json.dumps(plain_name(name))},"value":'


def scalar_line(name: str, value: Any, step: int | None, ms: int) -> str:
    """Return the line of a value that is no plain float or int.

    Raises UserErrorException for lists: they have a call of their own.
    """
    number = as_number(value)
    if number is not None:
        head, text = head_of(name), number_text(float(number))
    elif isinstance(value, CONTAINERS) or getattr(value, "shape", ()) not in ((), None):
        raise UserErrorException(
            f"log takes one value, no {type(value).__name__}. Use log_list, log_row or log_table."
        )
    else:
        head, text = head_of(name, "string"), json.dumps(str(value))
    place = "" if step is None else f',"step":{as_step(step)}'
    return f'{head}{text}{place},"ms":{ms}}}\n'


def as_step(step: Any) -> int:
    """Return a step as a whole number. Raises UserErrorException."""
    number = as_number(step)
    if number is None or number != number or int(number) != number:
        raise UserErrorException(f"A step is a whole number, not {step!r}.")
    return int(number)
