"""The lines of an outbox that are no values of metrics; each may be carried out twice without
harm."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from studio.sdk.exceptions import Conflict
from studio.sdk.outbox.collecting import BEFORE, list_states
from studio.sdk.outbox.delivering import Delivery
from studio.sdk.outbox.places import read_json

Entry = dict[str, Any]


def write_tags(delivery: Delivery, entry: Entry) -> None:
    """Write tags."""
    delivery.ask("PATCH", "/tags", body={"tags": entry["tags"]})


def write_params(delivery: Delivery, entry: Entry) -> None:
    """Write params."""
    delivery.ask("POST", "/params", body={"params": entry["params"]})


def write_properties(delivery: Delivery, entry: Entry) -> None:
    """Write properties; those that are there stay."""
    for key, value in entry["properties"].items():
        with suppress(Conflict):
            delivery.ask("POST", "/properties", body={"properties": {key: value}})


def change_run(delivery: Delivery, entry: Entry) -> None:
    """Change name, description, error or status."""
    delivery.ask("PATCH", body=entry["fields"])


def send_file(delivery: Delivery, entry: Entry) -> None:
    """Upload a copy that was kept, and drop it."""
    path = delivery.folder / "files" / entry["copy"]
    if path.exists():
        delivery.upload(entry["path"], path)
        path.unlink()


def send_source(delivery: Delivery, entry: Entry) -> None:
    """Upload a file from where it is: for a copy there was no room."""
    delivery.upload(entry["path"], Path(entry["source"]))


def send_folder(delivery: Delivery, entry: Entry) -> None:
    """Upload the files of a folder that were written since the run began."""
    before = read_json(delivery.folder / BEFORE)
    for name, state in list_states(entry["folder"]).items():
        if before.get(name) != state:
            delivery.upload(f"{entry['name']}/{name}", Path(entry["folder"], name))


def send_origin(delivery: Delivery, entry: Entry) -> None:
    """Find out where the code comes from and in what it runs, and keep it with the run."""
    properties = dict(entry["properties"])
    try:
        found, files = read_origin(entry["folder"])
    except Exception as error:
        # A broken repository or package must not hold up what comes after.
        found, files = {"source.problem": f"{type(error).__name__}: {error}"[:1000]}, {}
    for path, content in files.items():
        delivery.ask("PUT", f"/files/{path}", body=content)
    write_properties(delivery, {"properties": properties | found})


def read_origin(folder: str) -> tuple[dict[str, str], dict[str, bytes]]:
    """Return the state of git as properties; its diff and the installed packages as files."""
    from studio.sdk.git_state import read_git_state
    from studio.sdk.origin import list_packages

    files = {"source/packages.txt": list_packages().encode()}
    state = read_git_state(folder) if folder else None
    if state is None:
        return {}, files
    if state.diff:
        files[state.DIFF_PATH] = state.diff
    return state.properties(), files


def count_lost(delivery: Delivery, entry: Entry) -> None:
    """Show on the run how many values found no room."""
    delivery.ask("PATCH", "/tags", body={"tags": {"studio.lost": f"{entry['count']} values"}})


def end_run(delivery: Delivery, entry: Entry) -> None:
    """Give the run its final status; what was decided meanwhile at the studio counts."""
    delivery.upload_refused()
    delivery.note_thinned()
    delivery.before_end()
    if entry["fields"]:
        with suppress(Conflict):
            delivery.ask("PATCH", body=entry["fields"])
    (delivery.folder / "ended").touch()
    delivery.is_ended = True


ENTRIES: dict[str, Callable[[Delivery, Entry], None]] = {
    "tags": write_tags,
    "params": write_params,
    "properties": write_properties,
    "change": change_run,
    "file": send_file,
    "source": send_source,
    "folder": send_folder,
    "origin": send_origin,
    "lost": count_lost,
    "end": end_run,
    "nothing": lambda delivery, entry: None,
}
