"""Pictures without a library: a PNG file is a few chunks around compressed rows of pixels."""

import struct
import zlib

import numpy as np

COLORS = np.array(
    [[68, 119, 170], [204, 102, 119], [34, 136, 51], [238, 170, 51], [136, 102, 170]], np.uint8
)


def encode(pixels: np.ndarray) -> bytes:
    """Return the PNG file of an array of bytes, height by width by 3."""
    height, width, _ = pixels.shape
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    # Each row begins with the number of its filter; 0 is none.
    rows = np.hstack([np.zeros((height, 1), np.uint8), pixels.reshape(height, width * 3)])
    body = zlib.compress(rows.tobytes(), 9)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def regions(predict, x: np.ndarray, y: np.ndarray, size: int = 320) -> bytes:
    """Draw which class a model gives to each place of the plane, and the rows as dots."""
    axis = np.linspace(-1.2, 1.2, size)
    across, down = np.meshgrid(axis, -axis)
    shares = predict(np.column_stack([across.ravel(), down.ravel()]))
    pixels = 255 - (255 - shares @ COLORS[: y.shape[1]]) * 0.35
    pixels = pixels.reshape(size, size, 3).astype(np.uint8)
    places = ((x * [1, -1] + 1.2) / 2.4 * (size - 1)).round().astype(int).clip(1, size - 2)
    for (column, row), color in zip(places, COLORS[y.argmax(axis=1)], strict=True):
        pixels[row - 1 : row + 2, column - 1 : column + 2] = color
    return encode(pixels)


def matrix(counts: np.ndarray, cell: int = 56) -> bytes:
    """Draw a confusion matrix: the darker, the larger the share of its row."""
    shares = counts / counts.sum(axis=1, keepdims=True)
    pixels = 255 - shares[..., None] * (255 - COLORS[0])
    return encode(np.kron(pixels, np.ones((cell, cell, 1))).astype(np.uint8))


def fit(x: np.ndarray, y: np.ndarray, line: np.ndarray, size: tuple[int, int]) -> bytes:
    """Draw rows as dots and a model's answers, one per column of pixels, as a line."""
    height, width = size
    pixels = np.full((height, width, 3), 255, np.uint8)
    rows = ((1.6 - y[:, 0]) / 3.2 * height).astype(int).clip(1, height - 2)
    columns = ((x[:, 0] + 1) / 2 * width).astype(int).clip(1, width - 2)
    for row, column in zip(rows, columns, strict=True):
        pixels[row - 1 : row + 1, column - 1 : column + 1] = COLORS[0]
    drawn = ((1.6 - line[:, 0]) / 3.2 * height).astype(int).clip(1, height - 2)
    for column in range(1, width):
        low, high = sorted(drawn[column - 1 : column + 1])
        pixels[low - 1 : high + 2, column] = COLORS[1]
    return encode(pixels)
