"""A bucket that speaks S3's protocol as a store.

Credentials and region come from the usual AWS variables. Nothing grows here: S3 has no append.
"""

import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.response import StreamingBody

from runs.artifacts.errors import BytesMissing, StoreUnavailable
from runs.artifacts.stores.base import CHUNK_BYTES, Stored, Written

# One part in memory at a time; 10,000 parts, S3's limit, make 156 GiB.
_TRANSFER = TransferConfig(
    multipart_threshold=1 << 24, multipart_chunksize=1 << 24, use_threads=False
)
_MISSING = {"404", "NoSuchKey", "NotFound"}


class S3Store:
    """Objects of one bucket, below a prefix."""

    name = "s3"
    can_append = False

    def __init__(self, bucket: str, *, endpoint: str = "", prefix: str = "") -> None:
        self.bucket = bucket
        self.prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        # Other servers than Amazon's know neither its host names nor its newest checksums.
        config = Config(
            connect_timeout=5,
            read_timeout=60,
            retries={"max_attempts": 4, "mode": "standard"},
            s3={"addressing_style": "path"} if endpoint else None,
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        self._client = boto3.client("s3", endpoint_url=endpoint or None, config=config)

    def put(self, key: str, chunks: Iterable[bytes]) -> Written:
        stream = _Stream(chunks)
        with _plain_errors():
            self._client.upload_fileobj(stream, self.bucket, self.prefix + key, Config=_TRANSFER)
        return Written(stream.size_bytes, stream.crc32)

    def read(self, key: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        size = self.size(key)
        stop = size if stop is None else min(stop, size)
        if start >= stop:
            return iter(())
        with _plain_errors():
            answer = self._client.get_object(
                Bucket=self.bucket, Key=self.prefix + key, Range=f"bytes={start}-{stop - 1}"
            )
        return _chunks(answer["Body"])

    def size(self, key: str) -> int:
        with _plain_errors():
            answer = self._client.head_object(Bucket=self.bucket, Key=self.prefix + key)
        return answer["ContentLength"]

    def exists(self, key: str) -> bool:
        try:
            self.size(key)
        except BytesMissing:
            return False
        return True

    def delete(self, key: str) -> None:
        with _plain_errors():
            self._client.delete_object(Bucket=self.bucket, Key=self.prefix + key)

    def list_keys(self) -> Iterator[Stored]:
        pages = self._client.get_paginator("list_objects_v2")
        with _plain_errors():
            for page in pages.paginate(Bucket=self.bucket, Prefix=self.prefix):
                for item in page.get("Contents", ()):
                    modified_ms = int(item["LastModified"].timestamp() * 1000)
                    yield Stored(item["Key"].removeprefix(self.prefix), modified_ms)


class _Stream:
    """Chunks as the file that boto3 reads, counted and summed on the way."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._rest = b""
        self.size_bytes = 0
        self.crc32 = 0

    def read(self, size: int = -1) -> bytes:
        parts, wanted = [], size
        while wanted != 0 and (part := self._take(wanted)):
            parts.append(part)
            wanted = wanted - len(part) if size >= 0 else -1
        return b"".join(parts)

    def _take(self, wanted: int) -> bytes:
        """Return up to `wanted` bytes (negative: a whole chunk); nothing only at the end."""
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return b""
            self.size_bytes += len(chunk)
            self.crc32 = zlib.crc32(chunk, self.crc32)
            self._rest = chunk
        if wanted < 0:
            wanted = len(self._rest)
        part, self._rest = self._rest[:wanted], self._rest[wanted:]
        return part


def _chunks(body: StreamingBody) -> Iterator[bytes]:
    with _plain_errors():
        yield from body.iter_chunks(CHUNK_BYTES)


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Turn the protocol's refusals into the room's errors."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] in _MISSING:
            raise BytesMissing("The bytes of this file are missing from the bucket.") from error
        raise StoreUnavailable(f"The bucket refuses: {error}") from error
    except BotoCoreError as error:
        raise StoreUnavailable(f"The bucket does not answer: {error}") from error
