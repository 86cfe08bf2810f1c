"""The gate: who asks, and may they?"""

import base64

import pytest
from django.contrib.auth.models import AnonymousUser

from runs.workspaces import errors, services
from runs.workspaces.access import Access, access_of, authorize, is_local_owner
from runs.workspaces.models import ApiToken, Member
from runs.workspaces.permissions import Action, Role
from tests.factories import make_member, make_token, make_user, make_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def closed(settings):
    settings.STUDIO_OPEN = False


@pytest.fixture
def ask(rf):
    """Ask the gate as a request with these headers and this session user would."""

    def ask(action=Action.RUN_READ, slug="default", user=None, **meta):
        request = rf.get("/api/anything", **meta)
        if user is not None:
            request.user = user
        return authorize(request, workspace_slug=slug, action=action)

    return ask


def bearer(token):
    return {"HTTP_AUTHORIZATION": f"Bearer {token}"}


def basic(name, password):
    pair = base64.b64encode(f"{name}:{password}".encode()).decode()
    return {"HTTP_AUTHORIZATION": f"Basic {pair}"}


def test_nobody_is_let_in(ask):
    with pytest.raises(errors.NotSignedIn):
        ask()
    with pytest.raises(errors.NotSignedIn):
        ask(user=AnonymousUser())


def test_nobody_learns_which_workspaces_exist(ask):
    with pytest.raises(errors.NotSignedIn):
        ask(slug="nothing")


def test_a_member_is_let_in_by_session(ask, workspace):
    user = make_member(Role.READER)
    principal, found, role = ask(user=user)
    assert role is Role.READER
    assert (principal.name, principal.user, found) == (user.username, user, workspace)
    assert not principal.is_local_owner


def test_a_member_is_let_in_by_token(ask, workspace):
    user = make_member(Role.READER)
    principal, found, role = ask(**bearer(make_token(user)))
    assert (principal.user, found, role) == (user, workspace, Role.READER)


@pytest.mark.parametrize("name", ["", "token", "somebody"])
def test_a_token_is_taken_as_password_of_any_name(ask, name):
    user = make_member(Role.READER)
    principal = ask(**basic(name, make_token(user))).principal
    assert principal.user == user


def test_a_member_is_let_in_by_password(ask):
    user = make_member(Role.READER)
    user.set_password("pass:wörd")
    user.save()
    principal = ask(**basic(user.username, "pass:wörd")).principal
    assert principal.user == user


@pytest.mark.parametrize("scheme", ["bearer", "BEARER"])
def test_the_scheme_is_read_in_any_case(ask, scheme):
    token = make_token(make_member(Role.READER))
    assert ask(HTTP_AUTHORIZATION=f"{scheme}  {token} ")


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer nonsense",
        "Bearer studio_" + "a" * 43,
        "Bearer studio_\udcff",
        "Basic",
        "Basic !!!",
        "Basic " + base64.b64encode(b"\xff\xfe").decode(),
        "Basic " + base64.b64encode(b"no colon").decode(),
        "Basic " + base64.b64encode(b"a\0b:c").decode(),
        "Basic " + base64.b64encode(b"ann:wrong").decode(),
        "Basic " + base64.b64encode(b"ann:").decode(),
        "Digest username=ann",
        "nonsense",
    ],
)
def test_wrong_credentials_are_refused_though_a_session_or_the_owner_is_there(
    ask, header, settings
):
    settings.STUDIO_OPEN = True
    user = make_member(Role.OWNER, name="ann")
    with pytest.raises(errors.NotSignedIn, match="wrong, expired or revoked"):
        ask(user=user, HTTP_AUTHORIZATION=header)


@pytest.mark.parametrize("role", list(Role))
def test_each_role_may_do_what_the_table_says(ask, role):
    user = make_member(role)
    allowed = {
        Action.RUN_READ: True,
        Action.RUN_WRITE: role >= Role.CONTRIBUTOR,
        Action.RUN_PURGE: role >= Role.OWNER,
    }
    for action, expected in allowed.items():
        if expected:
            ask(action, user=user)
        else:
            with pytest.raises(errors.NotAllowed, match=action):
                ask(action, user=user)


def test_an_action_missing_from_the_table_is_refused_to_a_superuser(ask):
    with pytest.raises(errors.NotAllowed):
        ask("run.fly", user=make_user(is_superuser=True))


def test_a_stranger_is_told_that_the_workspace_does_not_exist(ask):
    stranger = make_user()
    with pytest.raises(errors.UnknownWorkspace) as known:
        ask(user=stranger)
    with pytest.raises(errors.UnknownWorkspace) as unknown:
        ask(user=stranger, slug="nothing")
    assert known.value.message.replace("default", "nothing") == unknown.value.message


def test_a_role_counts_in_its_workspace_only(ask):
    make_workspace("other")
    user = make_member(Role.OWNER)
    for _ in range(2):
        ask(user=user)
        with pytest.raises(errors.UnknownWorkspace):
            ask(user=user, slug="other")


def test_a_superuser_owns_every_workspace(ask):
    make_workspace("other")
    ask(Action.RUN_PURGE, user=make_user(is_superuser=True), slug="other")


def test_a_public_action_is_for_anybody(ask):
    principal, _, role = ask(Action.PUBLIC)
    assert role is None
    assert (principal.name, principal.user, principal.is_local_owner) == ("", None, False)
    ask(Action.PUBLIC, user=make_user())


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
def test_an_open_studio_belongs_to_its_one_local_user(ask, settings, address):
    settings.STUDIO_OPEN = True
    principal, _, role = ask(Action.RUN_PURGE, REMOTE_ADDR=address)
    assert role is Role.OWNER
    assert principal.is_local_owner
    assert principal.user is None


@pytest.mark.parametrize("address", ["10.0.0.1", "127.0.0.1.evil", "", "::2", "0.0.0.0", "unix:"])
def test_an_open_studio_is_closed_to_other_machines(ask, settings, address):
    settings.STUDIO_OPEN = True
    with pytest.raises(errors.NotSignedIn):
        ask(REMOTE_ADDR=address)


@pytest.mark.parametrize("header", ["X_FORWARDED_FOR", "FORWARDED", "X_REAL_IP"])
def test_what_a_proxy_passes_on_is_not_local(rf, settings, header):
    settings.STUDIO_OPEN = True
    assert not is_local_owner(rf.get("/", **{f"HTTP_{header}": "127.0.0.1"}))


def test_no_header_makes_anybody_local_or_somebody_else(ask):
    with pytest.raises(errors.NotSignedIn):
        ask(
            REMOTE_ADDR="10.0.0.1",
            HTTP_REMOTE_ADDR="127.0.0.1",
            HTTP_X_REMOTE_USER="root",
            HTTP_REMOTE_USER="root",
            HTTP_X_REAL_IP="127.0.0.1",
        )


def test_a_session_user_comes_before_the_local_owner(ask, settings):
    settings.STUDIO_OPEN = True
    user = make_member(Role.READER)
    with pytest.raises(errors.NotAllowed):
        ask(Action.RUN_WRITE, user=user)


def test_a_new_role_counts_at_once(ask, workspace):
    user = make_member(Role.READER)
    headers = bearer(make_token(user))
    ask(**headers)
    services.set_role(workspace=workspace, user=user, role=Role.CONTRIBUTOR)
    ask(Action.RUN_WRITE, **headers)
    services.remove_member(workspace=workspace, user=user)
    with pytest.raises(errors.UnknownWorkspace):
        ask(**headers)


def test_a_revoked_token_is_refused_at_once(ask):
    headers = bearer(make_token(make_member(Role.READER)))
    ask(**headers)
    services.revoke_token(token=ApiToken.objects.get())
    with pytest.raises(errors.NotSignedIn):
        ask(**headers)


def test_a_client_that_asks_again_costs_no_query(ask, lasting_memory, django_assert_num_queries):
    headers = bearer(make_token(make_member(Role.READER)))
    ask(**headers)
    with django_assert_num_queries(0):
        ask(**headers)


def test_a_first_question_costs_four_queries(ask, django_assert_num_queries):
    headers = bearer(make_token(make_member(Role.READER)))
    with django_assert_num_queries(4):
        ask(**headers)


def test_a_view_says_what_it_admits():
    access = Access(Action.RUN_READ, ("GET",))

    @access
    def view(request):
        return None

    assert access_of(view) is view.access is access
    assert access_of(lambda request: None) is None


def test_a_view_of_several_says_it_for_each_method():
    reads = Access(Action.RUN_READ, ("GET",))(lambda request: None)
    writes = Access(Action.RUN_WRITE, ("PUT",), None)(lambda request: None)

    @Access(Action.RUN_WRITE, ("GET", "PUT"))
    def both(request):
        return None

    both.by_method = {"GET": reads, "PUT": writes}
    assert access_of(both, "GET") is access_of(both, "HEAD") is reads.access
    assert access_of(both, "PUT") is writes.access
    assert access_of(both, "DELETE") is access_of(both) is both.access


def test_a_class_of_views_says_it_in_the_class():
    from django.views import View

    class Page(View):
        access = Access(Action.RUN_READ, ("GET",))

    assert access_of(Page.as_view()) is Page.access


def test_members_have_one_role_each(workspace):
    user = make_member(Role.READER)
    services.set_role(workspace=workspace, user=user, role=Role.OWNER)
    assert Member.objects.get(user=user).role == Role.OWNER
