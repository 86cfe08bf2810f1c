"""Pieces of a zip in the sizes a server sends best."""

from collections.abc import Iterable, Iterator

CHUNK_BYTES = 1 << 18


def in_chunks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield `pieces` with the small ones put together; a large one passes as it is."""
    held: list[bytes] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= CHUNK_BYTES:
            yield b"".join(held) if len(held) > 1 else piece
            held, size = [], 0
    if size:
        yield b"".join(held)
