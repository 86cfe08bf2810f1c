"""Passwords at the gate: slow to guess, quick to recognise."""

from collections.abc import Iterator

import pytest
from django.contrib.auth import authenticate, hashers

from runs.workspaces import passwords
from runs.workspaces.memory import forget_all
from tests.factories import make_user

pytestmark = pytest.mark.django_db


class CountingHasher(hashers.MD5PasswordHasher):
    """Counts how often a password is really checked."""

    algorithm = "counting"
    checks = 0

    def verify(self, password, encoded):
        CountingHasher.checks += 1
        return super().verify(password, encoded)


@pytest.fixture(autouse=True)
def checks(settings) -> Iterator[None]:
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    CountingHasher.checks = 0
    yield
    forget_all()


@pytest.fixture
def ann():
    return make_user("ann", password="right")


def find(rf, password, name="ann", address="10.0.0.1"):
    return passwords.find_user(rf.get("/", REMOTE_ADDR=address), name, password)


def test_the_right_password_is_checked_once_and_then_recognised(rf, ann):
    for _ in range(3):
        assert find(rf, "right") == ann
    assert CountingHasher.checks == 1


def test_a_wrong_password_is_never_recognised(rf, ann):
    find(rf, "right")
    for _ in range(2):
        assert find(rf, "wrong") is None
    assert CountingHasher.checks == 3


def test_an_old_password_is_not_recognised_after_a_change(rf, ann):
    find(rf, "right")
    ann.set_password("new")
    ann.save()
    passwords._recent.clear()
    assert find(rf, "right") is None
    assert find(rf, "new") == ann


def test_an_inactive_user_is_not_recognised(rf, ann):
    find(rf, "right")
    ann.is_active = False
    ann.save()
    passwords._recent.clear()
    assert find(rf, "right") is None


def test_no_password_is_kept_as_it_is(rf, ann):
    find(rf, "right")
    kept = repr(passwords._recognised._entries) + repr(passwords._recent._entries)
    assert "right" not in kept


def test_an_account_without_password_opens_to_none(rf):
    make_user("bob")
    for guess in ("", "!", "None"):
        assert find(rf, guess, name="bob") is None


def test_after_ten_wrong_guesses_nothing_is_checked_for_a_while(rf, ann):
    for n in range(10):
        find(rf, f"guess {n}")
    assert find(rf, "right") is None
    assert CountingHasher.checks == 10


def test_guesses_from_elsewhere_lock_nobody_out(rf, ann):
    for n in range(10):
        find(rf, f"guess {n}", address="6.6.6.6")
    assert find(rf, "right", address="10.0.0.1") == ann


def test_the_form_of_the_sign_in_page_is_as_patient(rf, ann):
    request = rf.post("/sign-in", REMOTE_ADDR="6.6.6.6")
    for n in range(10):
        assert authenticate(request, username="ann", password=f"guess {n}") is None
    assert authenticate(request, username="ann", password="right") is None


def test_a_minute_later_it_checks_again(rf, ann, monkeypatch):
    for n in range(10):
        find(rf, f"guess {n}")
    later = passwords.time.monotonic() + passwords.FAILURES_COUNT_S + 1
    monkeypatch.setattr(passwords.time, "monotonic", lambda: later)
    assert find(rf, "right") == ann
