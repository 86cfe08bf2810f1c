"""Zips as people make them, and as they should not."""

import io
import zipfile
from collections.abc import Mapping

FOLDER = {"train.py": b"print('hello')\n", "src/model.py": b"x = 1\n", "README.md": b"# Hello\n"}


def make_zip(
    files: Mapping[str, bytes | str], *, modes: Mapping[str, int] | None = None, packed: bool = True
) -> bytes:
    """Zip `files`; `modes` are Unix modes (of type and permissions) of some of them."""
    method = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(buffer := io.BytesIO(), "w", method) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            info.external_attr = (modes or {}).get(name, 0o100644) << 16
            archive.writestr(info, content)
    return buffer.getvalue()


def zip_of_entries(entries: list[tuple[str, bytes]]) -> bytes:
    """Zip `entries`, which may name a file more than once."""
    with zipfile.ZipFile(buffer := io.BytesIO(), "w") as archive:
        for name, content in entries:
            archive.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()
