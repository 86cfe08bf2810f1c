"""The client of Studio: log, submit and read training runs.

    from studio.sdk import Experiment, Workspace

    experiment = Experiment(Workspace.from_config(), "digits")
    with experiment.start_logging() as run:
        run.log("loss", 0.25)

The names below are imported when they are first used: a program loads only the parts it needs.
"""

import importlib
from typing import Any

# The version of the package `studio-client`.
VERSION = __version__ = "0.1.0"

_PLACES = {
    "Workspace": "workspace",
    "Experiment": "experiment",
    "Run": "run",
    "get_run": "run",
    "ScriptRunConfig": "script_run_config",
    "RunConfiguration": "runconfig",
    "Environment": "environment",
    "ComputeTarget": "compute",
    "Model": "model",
    "Dataset": "unsupported",
    "Datastore": "unsupported",
    "Image": "unsupported",
    "Keyvault": "unsupported",
    "Webservice": "unsupported",
}

__all__ = ["VERSION", *_PLACES]


def __getattr__(name: str) -> Any:
    """Import a name of the list above from its module, once."""
    if name not in _PLACES:
        raise AttributeError(f"studio.sdk has no {name!r}. It has: {', '.join(__all__)}.")
    value = getattr(importlib.import_module(f"studio.sdk.{_PLACES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_PLACES})
