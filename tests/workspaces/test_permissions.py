"""The one table of who may do what."""

import pytest

from runs.workspaces.permissions import NEEDED_ROLE, Action, Role, is_allowed


def test_every_action_but_public_is_in_the_table():
    assert set(NEEDED_ROLE) == set(Action) - {Action.PUBLIC}


@pytest.mark.parametrize("action", sorted(NEEDED_ROLE))
def test_a_stranger_may_do_nothing(action):
    assert not is_allowed(None, action)


@pytest.mark.parametrize("action", sorted(NEEDED_ROLE))
def test_an_owner_may_do_everything(action):
    assert is_allowed(Role.OWNER, action)


@pytest.mark.parametrize("action", sorted(NEEDED_ROLE))
def test_a_reader_only_reads_and_writes_what_is_their_own(action):
    own = action in (Action.VIEW_WRITE, Action.TOKEN_MAKE)
    assert is_allowed(Role.READER, action) == (own or action.endswith(".read"))


def test_a_contributor_neither_purges_nor_manages():
    refused = {action for action in NEEDED_ROLE if not is_allowed(Role.CONTRIBUTOR, action)}
    assert refused == {
        Action.RUN_PURGE,
        Action.WORKSPACE_MANAGE,
        Action.CLUSTER_MANAGE,
        Action.VIEW_MANAGE,
        Action.NODE_WORK,
        Action.ATTEMPT_CLAIM,
        Action.ATTEMPT_WRITE,
    }


def test_public_is_for_everybody():
    assert is_allowed(None, Action.PUBLIC)


@pytest.mark.parametrize("action", ["run.fly", "", "RUN_READ", "public"])
def test_an_action_missing_from_the_table_is_refused_even_to_owners(action):
    assert not is_allowed(Role.OWNER, action)


def test_the_table_cannot_be_changed():
    with pytest.raises(TypeError):
        NEEDED_ROLE[Action.RUN_PURGE] = Role.READER
