"""Reading and writing YAML, with PyYAML imported when it is needed."""

from pathlib import Path
from typing import Any

from studio.sdk.exceptions import UserErrorException


def read_yaml(file: str | Path) -> dict[str, Any]:
    """Return the mapping in a YAML file. Raises UserErrorException where it holds none."""
    import yaml

    try:
        found = yaml.safe_load(Path(file).read_text())
    except OSError as error:
        raise UserErrorException(f"{file} cannot be read: {error.strerror}.") from error
    except yaml.YAMLError as error:
        raise UserErrorException(f"{file} is no YAML: {error}.") from error
    if not isinstance(found, dict):
        raise UserErrorException(f"{file} holds no mapping.")
    return found


def write_yaml(file: str | Path, facts: dict[str, Any]) -> None:
    """Write a mapping as YAML, in its order."""
    Path(file).write_text(as_yaml(facts))


def as_yaml(facts: dict[str, Any]) -> str:
    """Return a mapping as YAML, in its order."""
    import yaml

    return yaml.safe_dump(facts, sort_keys=False, allow_unicode=True)
