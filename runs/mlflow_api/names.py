"""Names, keys and values of the protocol: MLflow's limits, said in MLflow's words.

What is too long is refused, never cut. Tags that clients keep for themselves may be longer than
those of people: a client keeps growing lists there, and reads them back as JSON.
"""

import posixpath
from collections.abc import Sequence

from runs.mlflow_api.errors import INVALID, ProtocolError, invalid_value, missing_value, too_long
from runs.mlflow_api.messages import KeyValue
from runs.tracking.client_tags import is_client_tag
from runs.tracking.notes import MAX_CLIENT_TAG_CHARS
from runs.tracking.texts import RUN_ID, is_key

MAX_NAME_CHARS = 500
MAX_KEY_CHARS = 250
MAX_PARAM_CHARS = 6000
MAX_TAG_CHARS = 8000
MAX_EXPERIMENT_TAG_CHARS = 5000
MAX_METRICS, MAX_PARAMS, MAX_TAGS, MAX_ENTITIES = 1000, 100, 100, 1000

BAD_CHARACTER = (
    "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ),"
    " colon(:) and slashes (/)."
)


def check_run_id(run_id: str) -> str:
    """Return `run_id` where it has the form of one. Raises `ProtocolError`."""
    if RUN_ID.fullmatch(run_id) is None:
        raise ProtocolError(INVALID, f"Invalid run ID: '{run_id[:300]}'")
    return run_id


def check_key(key: str | None, field: str, what: str = "key") -> str:
    """Return the name of a metric, param or tag. `field` is its place in the request."""
    if not key:
        raise missing_value(field)
    if len(key) > MAX_KEY_CHARS:
        raise too_long(what, MAX_KEY_CHARS)
    if not is_key(key):
        raise invalid_value(field, key, _why_not_a_key(key))
    return key


def _why_not_a_key(key: str) -> str:
    normal = posixpath.normpath(key)
    if normal == key and key != "." and not key.startswith(("..", "/")):
        return BAD_CHARACTER
    return (
        "Names may be treated as files in certain cases, and must not resolve to other names"
        f" when treated as such. This name would resolve to '{normal}'"
    )


def require_name(name: str | None, field: str) -> str:
    """Return the name of an experiment or of a run."""
    if not name:
        raise missing_value(field)
    if len(name) > MAX_NAME_CHARS:
        raise too_long(field, MAX_NAME_CHARS)
    return name


def read_params(params: Sequence[KeyValue] | None) -> dict[str, str]:
    """Return the params of a batch by key; a key twice is refused, also with equal values."""
    result: dict[str, str] = {}
    for index, param in enumerate(params or ()):
        key = check_key(param.key, f"params[{index}].key", "Param key")
        if key in result:
            raise ProtocolError(
                INVALID,
                f"Duplicate parameter keys have been submitted: ['{key}']. Please ensure the "
                "request contains only one param value per param key.",
            )
        result[key] = check_param(param.value)
    return result


def check_param(value: str | None) -> str:
    """Return the value of a param. Raises `ProtocolError`."""
    if len(value or "") > MAX_PARAM_CHARS:
        raise too_long("Param value", MAX_PARAM_CHARS)
    return value or ""


def check_tag(key: str, value: str | None, field: str) -> str:
    """Return the value of a tag of a run. Raises `ProtocolError`."""
    limit = MAX_CLIENT_TAG_CHARS if is_client_tag(key) else MAX_TAG_CHARS
    if len(value or "") > limit:
        raise too_long(field, limit)
    return value or ""


def read_tags(tags: Sequence[KeyValue] | None) -> dict[str, str]:
    """Return the tags of a request by key; of a key twice the last one wins."""
    result: dict[str, str] = {}
    for index, tag in enumerate(tags or ()):
        key = check_key(tag.key, f"tags[{index}].key")
        result[key] = check_tag(key, tag.value, f"tags[{index}].value")
    return result


def read_experiment_tag(key: str | None, value: str | None, field: str = "key") -> str:
    """Return the value of an experiment's tag; too long is refused here, not cut."""
    check_key(key, field)
    if len(value or "") > MAX_EXPERIMENT_TAG_CHARS:
        raise too_long("value", MAX_EXPERIMENT_TAG_CHARS)
    return value or ""


def check_batch_size(metrics: int, params: int, tags: int) -> None:
    """Refuse a batch above MLflow's limits, which are part of its documented protocol."""
    for count, limit, kind in (
        (metrics, MAX_METRICS, "metrics"),
        (params, MAX_PARAMS, "params"),
        (tags, MAX_TAGS, "tags"),
        (metrics + params + tags, MAX_ENTITIES, "metrics, params, and tags"),
    ):
        if count > limit:
            raise ProtocolError(
                INVALID,
                f"A batch logging request can contain at most {limit} {kind}. "
                f"Got {count} {kind}. Please split up {kind} across multiple requests and try "
                "again.",
            )
