"""What a lock of a file says that cannot be had: another process holds it, or the file system, such
as a network disk, has no locks."""

import errno

_TAKEN = frozenset({errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES})


def is_taken(error: OSError) -> bool:
    """Tell whether another process holds the lock; False where nobody can hold it."""
    return error.errno in _TAKEN
