"""Seeds on their way to another process: blocks of MessagePack, each behind its length."""

from collections.abc import Iterator, Sequence
from typing import BinaryIO

import msgspec
import numpy as np

from tests.bench.seeds.population import RunSeed

LENGTH_BYTES = 8


class Packed(msgspec.Struct, array_like=True):
    """A RunSeed; its curves as the bytes of doubles."""

    index: int
    params: dict[str, str]
    tags: dict[str, str]
    curves: dict[str, bytes]


def write_block(file: BinaryIO, seeds: Sequence[RunSeed]) -> None:
    """Write a block."""
    packed = [
        Packed(
            seed.index,
            seed.params,
            seed.tags,
            {key: np.asarray(curve, "<f8").tobytes() for key, curve in seed.curves.items()},
        )
        for seed in seeds
    ]
    data = msgspec.msgpack.encode(packed)
    file.write(len(data).to_bytes(LENGTH_BYTES, "little") + data)


def read_blocks(file: BinaryIO) -> Iterator[list[RunSeed]]:
    """Yield block after block until the end of the file."""
    while length := file.read(LENGTH_BYTES):
        data = file.read(int.from_bytes(length, "little"))
        yield [
            RunSeed(
                one.index,
                one.params,
                one.tags,
                {key: np.frombuffer(curve, "<f8") for key, curve in one.curves.items()},
            )
            for one in msgspec.msgpack.decode(data, type=list[Packed])
        ]
