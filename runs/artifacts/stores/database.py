"""The database as a store, for small texts: they come and go in the transaction of their rows.

A run has a dozen of them. As files each would take a block of the disk, and two waits for it.
"""

import uuid
import zlib
from collections.abc import Iterable, Iterator

from django.db import connection

from runs.artifacts.errors import BytesMissing
from runs.artifacts.models import StoredText
from runs.artifacts.stores.base import CHUNK_BYTES, Stored, Written
from runs.database.rows import Rows
from runs.tracking.clock import now_ms

NAME = "database"
# Larger ones are files.
MOST_BYTES = 1 << 16

TEXTS = Rows(StoredText)
READ = f"SELECT data FROM {TEXTS.table} WHERE key = %s"


class DatabaseStore:
    """Rows of one table."""

    name = NAME
    can_append = False

    def put(self, key: str, chunks: Iterable[bytes]) -> Written:
        data = b"".join(chunks)
        StoredText.objects.update_or_create(key=key, defaults={"data": data, "stored_ms": now_ms()})
        return Written(len(data), zlib.crc32(data))

    def put_many(self, texts: Iterable[tuple[str, bytes]]) -> None:
        """Store several under fresh keys. One query."""
        now = now_ms()
        TEXTS.insert_many(StoredText(key=key, data=data, stored_ms=now) for key, data in texts)

    def read(self, key: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        part = memoryview(self._data(key))[start:stop]
        return (bytes(part[at : at + CHUNK_BYTES]) for at in range(0, len(part), CHUNK_BYTES))

    def size(self, key: str) -> int:
        return len(self._data(key))

    def exists(self, key: str) -> bool:
        return StoredText.objects.filter(key=key).exists()

    def delete(self, key: str) -> None:
        self.delete_many([key])

    def delete_many(self, keys: list[str]) -> None:
        """Remove several. One query for each 500."""
        for start in range(0, len(keys), 500):
            StoredText.objects.filter(key__in=keys[start : start + 500]).delete()

    def list_keys(self) -> Iterator[Stored]:
        rows = StoredText.objects.order_by("pk").values_list("key", "stored_ms")
        return (Stored(key, stored_ms) for key, stored_ms in rows.iterator())

    def _data(self, key: str) -> bytes:
        with connection.cursor() as cursor:
            cursor.execute(READ, [key])
            row = cursor.fetchone()
        if row is None:
            raise BytesMissing("The bytes of this file are missing from the store.")
        return bytes(row[0])


def make_text_key() -> str:
    """Return a key nobody has used, behind those made before: rows stored together lie together."""
    return f"{now_ms():012x}{uuid.uuid4().hex[:20]}"
