"""What scripts ask for in lists of runs, in the studio's filter language."""

from collections.abc import Mapping, Sequence
from typing import Any

# A key that must be there, several keys, or keys with their values.
Facts = str | Sequence[str] | Mapping[str, str | None] | None

# Azure ML's words for the kinds of runs.
KINDS = {
    "azureml.scriptrun": "script",
    "scriptrun": "script",
    "azureml.interactiverun": "interactive",
    "azureml.hyperdrive": "sweep",
    "hyperdrive": "sweep",
    "automl": "automl",
    "azureml.pipelinerun": "pipeline",
}


def run_query(
    type: str | None, tags: Facts, properties: Facts, status: Any, text: str
) -> dict[str, Any]:
    """Return the filter of a list of runs, as a query."""
    parts = [f"({text})"] if text else []
    parts += conditions("tags", tags) + conditions("properties", properties)
    if type:
        parts.append(f"kind = {in_quotes(KINDS.get(type.lower(), type))}")
    if status:
        words = [status] if isinstance(status, str) else list(status)
        parts.append("(" + " OR ".join(f"status = {in_quotes(word)}" for word in words) + ")")
    return {"filter": " AND ".join(parts)} if parts else {}


def conditions(entity: str, facts: Facts) -> list[str]:
    """Return a condition for each key."""
    if not facts:
        return []
    keys = [facts] if isinstance(facts, str) else facts
    pairs = keys.items() if isinstance(keys, Mapping) else ((key, None) for key in keys)
    return [condition(f"{entity}.{in_backticks(key)}", value) for key, value in pairs]


def condition(name: str, value: str | None) -> str:
    return f"{name} IS NOT NULL" if value is None else f"{name} = {in_quotes(str(value))}"


def in_quotes(text: str) -> str:
    """Return a text as a literal of the filter language."""
    return "'" + text.replace("'", "''") + "'"


def in_backticks(key: str) -> str:
    """Return a key as a name of the filter language."""
    return "`" + key.replace("`", "``") + "`"
