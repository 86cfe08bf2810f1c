"""The one permission table: which role an action needs. What is not in it is refused."""

import enum
from types import MappingProxyType


class Role(enum.IntEnum):
    """What a member may do in a workspace; each role includes the ones below it."""

    READER = 1
    CONTRIBUTOR = 2
    OWNER = 3

    @property
    def label(self) -> str:
        return self.name.lower()


class Action(enum.StrEnum):
    """Everything a door can ask for, as `subject.verb`."""

    WORKSPACE_READ = "workspace.read"
    WORKSPACE_MANAGE = "workspace.manage"
    EXPERIMENT_READ = "experiment.read"
    EXPERIMENT_WRITE = "experiment.write"
    RUN_READ = "run.read"
    RUN_WRITE = "run.write"
    RUN_PURGE = "run.purge"
    FILE_READ = "file.read"
    FILE_WRITE = "file.write"
    TOKEN_MAKE = "token.make"
    VIEW_READ = "view.read"
    VIEW_WRITE = "view.write"
    VIEW_SHARE = "view.share"
    VIEW_MANAGE = "view.manage"
    RUN_SUBMIT = "run.submit"
    RUN_CANCEL = "run.cancel"
    CLUSTER_READ = "cluster.read"
    CLUSTER_MANAGE = "cluster.manage"
    NODE_WORK = "node.work"
    ATTEMPT_CLAIM = "attempt.claim"
    ATTEMPT_WRITE = "attempt.write"
    PUBLIC = "public"


NEEDED_ROLE = MappingProxyType(
    {
        Action.WORKSPACE_READ: Role.READER,
        Action.WORKSPACE_MANAGE: Role.OWNER,
        Action.EXPERIMENT_READ: Role.READER,
        Action.EXPERIMENT_WRITE: Role.CONTRIBUTOR,
        Action.RUN_READ: Role.READER,
        Action.RUN_WRITE: Role.CONTRIBUTOR,
        Action.RUN_PURGE: Role.OWNER,
        Action.FILE_READ: Role.READER,
        Action.FILE_WRITE: Role.CONTRIBUTOR,
        Action.TOKEN_MAKE: Role.READER,
        Action.VIEW_READ: Role.READER,
        Action.VIEW_WRITE: Role.READER,
        Action.VIEW_SHARE: Role.CONTRIBUTOR,
        Action.VIEW_MANAGE: Role.OWNER,
        Action.RUN_SUBMIT: Role.CONTRIBUTOR,
        Action.RUN_CANCEL: Role.CONTRIBUTOR,
        Action.CLUSTER_READ: Role.READER,
        Action.CLUSTER_MANAGE: Role.OWNER,
        Action.NODE_WORK: Role.OWNER,
        Action.ATTEMPT_CLAIM: Role.OWNER,
        Action.ATTEMPT_WRITE: Role.OWNER,
    }
)


# What the tokens of nodes and of attempts open, and nothing else.
NODE_ACTIONS = frozenset({Action.NODE_WORK, Action.CLUSTER_READ})
RUN_READS = frozenset(
    {
        Action.WORKSPACE_READ,
        Action.EXPERIMENT_READ,
        Action.RUN_READ,
        Action.FILE_READ,
        Action.CLUSTER_READ,
    }
)
# Beginning is for the attempt of the token alone; writes are for its run while the attempt goes on,
# and for the runs below it.
RUN_CLAIMS = frozenset({Action.ATTEMPT_CLAIM})
RUN_WRITES = frozenset(
    {
        Action.RUN_WRITE,
        Action.RUN_SUBMIT,
        Action.RUN_CANCEL,
        Action.FILE_WRITE,
        Action.ATTEMPT_WRITE,
    }
)


# What a client says of its run with these shows that it lives.
RUN_WORDS = frozenset({Action.RUN_WRITE, Action.FILE_WRITE})


def is_allowed(role: Role | None, action: Action) -> bool:
    """Tell whether `role` (None: not a member) suffices for `action`. Unlisted actions never are.

    `Action.PUBLIC` marks what anybody may ask, signed in or not: health, sign-in, version.
    """
    if action is Action.PUBLIC:
        return True
    needed = NEEDED_ROLE.get(action)
    return needed is not None and role is not None and role >= needed
