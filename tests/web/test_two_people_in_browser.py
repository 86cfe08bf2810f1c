"""Two people signed in side by side, each in a browser of their own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client

from runs.table.models import SavedView
from runs.table.saved_views import save_view
from runs.workspaces.permissions import Role
from runs.workspaces.services import remove_member, set_role
from tests.factories import default_workspace, make_experiment, make_member, make_run
from tests.web.browser import until

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
PAGE = "/w/default/runs/run-7/details"


@pytest.fixture
def run(db):
    return make_run(make_experiment("digits"), run_id="run-7", name="heron")


@pytest.fixture
def person(
    kept_context, kept_second, open_kept, open_studio, live_server, settings, db
) -> Iterator[Callable[..., Any]]:
    """Make a member with a role and return the tab of a browser in which they are signed in."""
    settings.STUDIO_OPEN = False
    contexts = iter([kept_context, kept_second])
    with ExitStack() as stack:

        def open_for(name: str, role: Role) -> Any:
            tab = stack.enter_context(open_kept(next(contexts)))
            tab.user = make_member(role, name=name)
            sign_in(tab, tab.user, live_server.url)
            return tab

        yield open_for


def sign_in(tab: Any, user: Any, url: str) -> None:
    client = Client()
    client.force_login(user)
    name = django_settings.SESSION_COOKIE_NAME
    tab.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url}])


def keep_view(tab: Any, shared: bool = False) -> SavedView:
    """Save a view of who is signed in."""
    return save_view(
        workspace=default_workspace(), user=tab.user, role=Role.CONTRIBUTOR,
        experiment=None, name="v", query="?q=heron", shared=shared,
    )  # fmt: skip


def edit_description(tab: Any, text: str) -> None:
    tab.click("[aria-label='Edit the description']")
    tab.fill("#description-text", text)


def test_a_description_that_another_has_changed_is_replaced_at_the_second_save(run, person):
    ada, ben = person("ada", Role.CONTRIBUTOR), person("ben", Role.CONTRIBUTOR)
    for tab, text in ((ada, "by ada"), (ben, "by ben")):
        tab.goto(PAGE)
        edit_description(tab, text)
    ada.click("#description-form button.primary")
    ada.locator("#description >> text=by ada").wait_for()
    with ben.expect_response("**/change"):
        ben.click("#description-form button.primary")
    ben.locator("#description-form >> text=ada has changed the description").wait_for()
    forgive(ben, 409)
    ben.click("#description-form button.primary")
    ben.locator("#description >> text=by ben").wait_for()


def test_who_gives_up_after_another_has_changed_a_description_sees_that(run, person):
    ada, ben = person("ada", Role.CONTRIBUTOR), person("ben", Role.CONTRIBUTOR)
    for tab, text in ((ada, "by ada"), (ben, "by ben")):
        tab.goto(PAGE)
        edit_description(tab, text)
    ada.click("#description-form button.primary")
    ada.locator("#description >> text=by ada").wait_for()
    ben.click("#description-form button.primary")
    ben.locator("#description-form >> text=ada has changed the description").wait_for()
    forgive(ben, 409)
    ben.click("#description-form >> text=Cancel")
    ben.locator("#description >> text=by ada").wait_for()
    assert ben.input_value("#description-text") == "by ada"


def test_the_buttons_of_somebody_who_may_only_read_any_more_go(run, person):
    ada = person("ada", Role.CONTRIBUTOR)
    ada.goto(PAGE)
    ada.locator("#run-menu").wait_for()
    set_role(workspace=default_workspace(), user=ada.user, role=Role.READER)
    ada.locator("#run-menu").wait_for(state="detached")
    ada.locator("[aria-label='Edit the description']").wait_for(state="detached")


@pytest.mark.parametrize(
    ("address", "opener", "offered"),
    [
        ("/w/default/experiments", "button[data-experiment]", "[role=menu] >> text=Archive"),
        ("/w/default/runs", None, "[data-bulk=delete]"),
        ("/w/default/compute/clusters", None, "button:has-text('New cluster')"),
    ],
)
def test_what_scripts_offer_follows_the_role_of_the_reader(run, person, address, opener, offered):
    ada = person("ada", Role.OWNER)
    make_member(Role.OWNER)
    ada.goto(address)
    for role, is_offered in ((Role.READER, False), (Role.OWNER, True)):
        set_role(workspace=default_workspace(), user=ada.user, role=role)
        ada.locator(f".toast:has-text('Your role here is now {role.label}.')").wait_for()
        if opener:
            ada.click(opener)
        ada.locator(offered).wait_for(state="attached" if is_offered else "detached")


def test_a_change_of_role_waits_for_who_is_in_the_middle_of_something(run, person):
    ada = person("ada", Role.CONTRIBUTOR)
    ada.goto(PAGE)
    edit_description(ada, "half a sent")
    set_role(workspace=default_workspace(), user=ada.user, role=Role.READER)
    ada.click("#description-form button.primary")
    ada.locator("#description-form >> text=This needs the role contributor").wait_for()
    forgive(ada, 403)
    ada.locator(".toast >> text=Reload >> nth=-1").wait_for()
    assert ada.input_value("#description-text") == "half a sent"
    ada.click(".toast button:has-text('Reload')")
    ada.locator("[aria-label='Edit the description']").wait_for(state="detached")


@pytest.mark.parametrize("address", [PAGE, "/w/default/runs"])
def test_a_page_says_that_its_reader_has_lost_it(run, person, address):
    ben = person("ben", Role.READER)
    ben.goto(address)
    ben.locator("text=heron").first.wait_for()
    remove_member(workspace=default_workspace(), user=ben.user)
    ben.locator("h1:has-text('Nothing here')").wait_for()
    assert "heron" not in ben.inner_text("body")
    forgive(ben, 404)


def test_views_that_others_share_are_offered_without_a_reload(run, person):
    ada, ben = person("ada", Role.CONTRIBUTOR), person("ben", Role.READER)
    for tab in (ada, ben):
        tab.goto("/w/default/runs")
        tab.locator("text=heron").first.wait_for()
    for name, is_shared in (("ours", True), ("mine", False)):
        ada.click("[data-views]")
        ada.click("text=Save as…")
        ada.fill("dialog[open] input[name=name]", name)
        if is_shared:
            ada.check("dialog[open] input[name=shared]")
        ada.click("dialog[open] >> text=Save view")
        ada.locator(f"text=View: {name}").wait_for()
    ben.click("[data-views]")
    ben.locator("text=Shared views").wait_for()
    assert ben.locator("[role=menu] >> text=ours").count() == 1
    assert ben.locator("[role=menu] >> text=mine").count() == 0


def test_a_view_that_was_saved_in_another_tab_is_replaced_at_the_second_save(run, person):
    ada = person("ada", Role.CONTRIBUTOR)
    view = keep_view(ada)
    ada.goto(f"/w/default/runs?q=heron&view={view.id}")
    ada.locator("text=View: v").wait_for()
    SavedView.objects.update(query="?q=heron&archived=1")
    for _ in range(2):
        ada.click("[data-views]")
        with ada.expect_response(f"**/views/{view.id}"):
            ada.click('text=Save "v"')
        ada.locator("text=was saved meanwhile").wait_for()
    forgive(ada, 409)
    until(ada, "!document.querySelector('[data-views]').classList.contains('changed')")
    view.refresh_from_db()
    assert view.query == "?q=heron"


def test_an_owner_deletes_the_view_that_a_removed_member_shares(run, person):
    ada, owner = person("ada", Role.CONTRIBUTOR), person("olga", Role.OWNER)
    view = keep_view(ada, shared=True)
    remove_member(workspace=default_workspace(), user=ada.user)
    owner.goto(f"/w/default/runs?q=heron&view={view.id}")
    owner.locator("text=View: v").wait_for()
    owner.click("[data-views]")
    assert owner.locator("[role=menu] >> text=Stop sharing").count() == 0
    owner.click("text=Delete the view of ada")
    owner.locator("[data-views]:has-text('Views')").wait_for()
    assert not SavedView.objects.exists()


def test_what_a_browser_keeps_of_one_person_is_not_for_the_next(run, person, live_server):
    ada = person("ada", Role.CONTRIBUTOR)
    ada.goto("/w/default/runs")
    ada.click("text=Show >> nth=0")
    ada.check("[data-switch=archived]")
    until(ada, "Object.keys(localStorage).some(key => key.startsWith('table:'))")
    ben = make_member(Role.CONTRIBUTOR, name="ben")
    sign_in(ada, ben, live_server.url)
    ada.goto("/w/default/runs")
    ada.locator("text=heron").first.wait_for()
    assert ada.url.endswith("/w/default/runs")
    sign_in(ada, ada.user, live_server.url)
    ada.goto("/w/default/runs")
    ada.wait_for_url("**/w/default/runs?archived=1")


def forgive(tab: Any, status: int) -> None:
    """Take a refusal that the test has asked for out of the tab's troubles."""
    tab.troubles[:] = [one for one in tab.troubles if str(status) not in one]
