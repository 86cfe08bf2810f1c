"""The errors of this room: one class for each."""

from typing import Any

from runs.workspaces.errors import ErrorKind, StudioError


class ArtifactError(StudioError):
    """Base of the room's errors; `message` says what happened and what to do."""


class InvalidPath(ArtifactError):
    """A path that could leave its folder, or that no file system can hold."""


class UnknownFile(ArtifactError):
    """There is no such file."""

    kind, code = ErrorKind.NOT_FOUND, "not_found"


class UnknownModel(ArtifactError):
    """There is no such version of a model."""

    kind, code = ErrorKind.NOT_FOUND, "not_found"


class InvalidModelName(ArtifactError):
    """A name that a model cannot have."""

    def facts(self) -> dict[str, Any]:
        return {"field": "name"}


class PathTaken(ArtifactError):
    """The path of the file is a folder, or a part of the path above it is a file."""

    kind, code = ErrorKind.CONFLICT, "path_taken"


class OwnerGone(ArtifactError):
    """The run (or model) is deleted: it takes no files until it is restored."""

    kind, code = ErrorKind.CONFLICT, "deleted"


class NotDeleted(ArtifactError):
    """Only what is deleted can be purged."""

    kind, code = ErrorKind.CONFLICT, "not_deleted"


class UploadCut(ArtifactError):
    """Fewer or more bytes arrived than were announced. Nothing was kept."""


class WrongOffset(ArtifactError):
    """Bytes cannot be stored at this offset; `expected` is where to go on."""

    def __init__(self, message: str, expected: int) -> None:
        super().__init__(message)
        self.expected = expected

    def facts(self) -> dict[str, Any]:
        return {"field": "offset", "expected": self.expected}


class OffsetGap(WrongOffset):
    """Bytes before this offset are missing."""

    kind, code = ErrorKind.CONFLICT, "offset_gap"


class OffsetConflict(WrongOffset):
    """Other bytes are already stored at this offset."""

    kind, code = ErrorKind.CONFLICT, "offset_conflict"


class BytesMissing(ArtifactError):
    """The index knows the file, the store has lost its bytes."""

    kind, code = ErrorKind.GONE, "bytes_missing"


class StoreFull(ArtifactError):
    """No space is left. Nothing was kept; free some and try again."""

    kind, code = ErrorKind.FULL, "store_full"


class StoreUnavailable(ArtifactError):
    """The store does not answer or refuses. Nothing was kept; try again later."""

    kind, code = ErrorKind.UNAVAILABLE, "unavailable"


class InvalidPattern(ArtifactError):
    """A search pattern that is not a regular expression; the message says where."""


class InvalidLines(ArtifactError):
    """No such lines can be read; the message says why."""


class TooMuchText(ArtifactError):
    """More than is copied at once; the message says how much that is."""

    kind, code = ErrorKind.TOO_LARGE, "too_large"


class UnknownSnapshot(ArtifactError):
    """The run has no snapshot."""

    kind, code = ErrorKind.NOT_FOUND, "not_found"


class InvalidSnapshot(ArtifactError):
    """What was sent is no zip, or holds what a snapshot cannot. Nothing was kept."""


class SnapshotTooLarge(ArtifactError):
    """More bytes or files than a snapshot may have. Nothing was kept."""

    kind, code = ErrorKind.TOO_LARGE, "too_large"


class SnapshotTaken(ArtifactError):
    """The run has another snapshot already; a snapshot never changes."""

    kind, code = ErrorKind.CONFLICT, "snapshot_taken"
