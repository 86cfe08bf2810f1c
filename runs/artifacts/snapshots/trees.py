"""The files of a snapshot, and the sha256 of all of them."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

# The limits of Azure Machine Learning's snapshots.
MAX_BYTES = 300_000_000
MAX_FILES = 2000


@dataclass(frozen=True)
class Leaf:
    """A file of a tree: where it is and what it holds, whenever and by whomever it was written."""

    path: str
    sha256: str
    size_bytes: int
    crc32: int
    is_executable: bool = False


def tree_digest(leaves: Iterable[Leaf]) -> str:
    """Return the sha256 of a tree: of its lines `<sha256> <x or -> <path>`, sorted by path.

    No path holds a newline, so two trees with the same lines are equal.
    """
    digest = hashlib.sha256()
    for leaf in sorted(leaves, key=lambda leaf: leaf.path):
        mode = "x" if leaf.is_executable else "-"
        digest.update(f"{leaf.sha256} {mode} {leaf.path}\n".encode())
    return digest.hexdigest()
