"""What is written beside a run: params (once), tags (the last wins), properties (once for ever).

Rows are written in the order of their keys, so that two writers of the same keys wait for each
other instead of locking each other out.
"""

from collections.abc import Mapping

from django.db import IntegrityError, connection, transaction

from runs.database.rows import Rows
from runs.tracking.client_tags import is_client_tag
from runs.tracking.errors import ParamChanged, PropertyChanged, not_active
from runs.tracking.models import Lifecycle, Param, Property, Run, RunTag
from runs.tracking.tables import PARAM
from runs.tracking.texts import MAX_VALUE_CHARS, check_key, check_text

MAX_CLIENT_TAG_CHARS = 1 << 20

PARAMS = Rows(Param)
TAGS = Rows(RunTag)


def check_active(run: Run) -> None:
    """Raise NotActive for a deleted run. An archived one is only hidden: it is written."""
    if run.lifecycle == Lifecycle.DELETED:
        raise not_active(f"The run {run.run_id}")


def check_tags(tags: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return the tags sorted by key, or raise InvalidValue."""
    return {
        check_key(key): value if value is None else _check_tag(key, value)
        for key, value in sorted(tags.items())
    }


def _check_tag(key: str, value: str) -> str:
    """Clients keep growing lists in tags of their own: these may be longer than others."""
    limit = MAX_CLIENT_TAG_CHARS if is_client_tag(key) else MAX_VALUE_CHARS
    return check_text(value, f"tag '{key}'", limit)


def check_params(params: Mapping[str, str]) -> dict[str, str]:
    """Return params (or properties) sorted by key, or raise InvalidValue."""
    return {
        check_key(key): check_text(value, f"value of '{key}'")
        for key, value in sorted(params.items())
    }


def read_finite(text: str) -> float | None:
    """Return `text` as a finite number, None where it does not read as one."""
    if not text.isascii() or "_" in text:
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) < float("inf") else None


def log_params(*, run: Run, params: Mapping[str, str]) -> None:
    """Write params, all or none. The same value again is fine.

    Raises ParamChanged when one was logged with another value; NotActive, InvalidValue.
    """
    check_active(run)
    checked = check_params(params)
    with transaction.atomic():
        write_params(run.id, run.experiment_id, checked)


def write_params(run_id: int, experiment_id: int, params: Mapping[str, str]) -> None:
    """Insert checked params inside the caller's transaction. Raises ParamChanged.

    One query, and a second one where some of them are there already.
    """
    if not params:
        return
    rows = [
        (run_id, experiment_id, key, value, read_finite(value)) for key, value in params.items()
    ]
    if PARAMS.insert_values(rows, "ON CONFLICT (run_id, key) DO NOTHING") == len(rows):
        return
    for key, value in _read_params(run_id, list(params)):
        if params[key] != value:
            public_id = Run.objects.values_list("run_id", flat=True).get(pk=run_id)
            raise ParamChanged(
                f"Changing param values is not allowed. Param with key='{key}' was already logged "
                f"with value='{value}' for run ID='{public_id}'. Attempted logging new value "
                f"'{params[key]}'."
            )


def _read_params(run_id: int, keys: list[str]) -> list[tuple[str, str]]:
    places = ", ".join(["%s"] * len(keys))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT key, value FROM {PARAM} WHERE run_id = %s AND key IN ({places})",
            [run_id, *keys],
        )
        return cursor.fetchall()


def write_tags(run_id: int, experiment_id: int, tags: Mapping[str, str | None]) -> None:
    """Write checked tags inside the caller's transaction. One query."""
    if not tags:
        return
    rows = [(run_id, experiment_id, key, value) for key, value in tags.items()]
    TAGS.insert_values(rows, "ON CONFLICT (run_id, key) DO UPDATE SET value = excluded.value")


def add_properties(*, run: Run, properties: Mapping[str, str]) -> None:
    """Write properties, all or none. Raises PropertyChanged when one exists, whatever its value;
    NotActive, InvalidValue."""
    check_active(run)
    checked = check_params(properties)
    try:
        with transaction.atomic():
            Property.objects.bulk_create(
                Property(run=run, experiment_id=run.experiment_id, key=key, value=value)
                for key, value in checked.items()
            )
    except IntegrityError as error:
        taken = Property.objects.filter(run=run, key__in=list(checked)).values_list(
            "key", flat=True
        )
        names = ", ".join(sorted(taken))
        raise PropertyChanged(f"Properties are written once: {names}.") from error
