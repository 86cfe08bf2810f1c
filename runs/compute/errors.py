"""What can go wrong in this room."""

from runs.tracking.errors import NotFound, TrackingError
from runs.workspaces.errors import ErrorKind


class UnknownCluster(NotFound):
    """No such cluster in this workspace."""


class UnknownNode(NotFound):
    """No such node, or one that has been replaced by a newer start of it."""


class UnknownJob(NotFound):
    """The run has no job: it was not submitted to a cluster."""


class ClusterInUse(TrackingError):
    """The cluster still has jobs or nodes; the message says which."""

    kind, code = ErrorKind.CONFLICT, "cluster_in_use"


class ClusterRefuses(TrackingError):
    """The cluster is draining and takes no new runs."""

    kind, code = ErrorKind.CONFLICT, "cluster_draining"
