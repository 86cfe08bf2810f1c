"""Which stores there are: the local folder and the database always, a bucket where one is
configured."""

from functools import cache
from pathlib import Path

from django.conf import settings

from runs.artifacts.stores.base import Store
from runs.artifacts.stores.database import DatabaseStore
from runs.artifacts.stores.local import LocalStore


def local_store() -> LocalStore:
    """Return the folder on disk; logs grow here even where a bucket keeps the finished files."""
    return _local_store(settings.FILES_DIR)


def text_store() -> DatabaseStore:
    """Return where small texts go."""
    return DatabaseStore()


def main_store() -> Store:
    """Return where new files go: the bucket of `STUDIO_S3_BUCKET`, else the local folder."""
    return store_named("s3") if settings.STUDIO_S3_BUCKET else local_store()


def store_named(name: str) -> Store:
    """Return the store a file's row names."""
    if name == DatabaseStore.name:
        return text_store()
    if name == "s3":
        return _s3_store(
            settings.STUDIO_S3_BUCKET, settings.STUDIO_S3_ENDPOINT, settings.STUDIO_S3_PREFIX
        )
    return local_store()


@cache
def _local_store(root: Path) -> LocalStore:
    return LocalStore(root)


@cache
def _s3_store(bucket: str, endpoint: str, prefix: str) -> Store:
    from runs.artifacts.stores.s3 import S3Store

    return S3Store(bucket, endpoint=endpoint, prefix=prefix)
