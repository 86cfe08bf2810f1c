"""What can go wrong with files: one family, told apart by class."""


class ArtifactError(Exception):
    """Base of the room's errors; `message` says what happened and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidPath(ArtifactError):
    """A path that could leave its folder, or that no file system can hold."""


class UnknownFile(ArtifactError):
    """There is no such file."""


class PathTaken(ArtifactError):
    """A folder stands where the file should go, or a file where its folder should be."""


class OwnerGone(ArtifactError):
    """The run (or model) is deleted: it takes no files until it is restored."""


class NotDeleted(ArtifactError):
    """Only what is deleted can be purged."""


class UploadCut(ArtifactError):
    """Fewer or more bytes arrived than were announced. Nothing was kept."""


class OffsetGap(ArtifactError):
    """Bytes before this offset are missing; `expected` is where to go on."""

    def __init__(self, message: str, expected: int) -> None:
        super().__init__(message)
        self.expected = expected


class OffsetConflict(ArtifactError):
    """Other bytes are already stored at this offset; `expected` is where to go on."""

    def __init__(self, message: str, expected: int) -> None:
        super().__init__(message)
        self.expected = expected


class BytesMissing(ArtifactError):
    """The index knows the file, the store has lost its bytes."""


class StoreFull(ArtifactError):
    """No space is left. Nothing was kept; free some and try again."""


class StoreUnavailable(ArtifactError):
    """The store does not answer or refuses. Nothing was kept; try again later."""


class InvalidPattern(ArtifactError):
    """A search pattern that is not a regular expression; the message says where."""


class InvalidLines(ArtifactError):
    """No such lines can be read; the message says why."""


class TooMuchText(ArtifactError):
    """More than is copied at once; the message says how much that is."""


class UnknownSnapshot(ArtifactError):
    """The run has no snapshot."""


class InvalidSnapshot(ArtifactError):
    """What was sent is no zip, or holds what a snapshot cannot. Nothing was kept."""


class SnapshotTooLarge(ArtifactError):
    """More bytes or files than a snapshot may have. Nothing was kept."""


class SnapshotTaken(ArtifactError):
    """The run has another snapshot already; a snapshot never changes."""
