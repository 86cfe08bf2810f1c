"""Who you are: tokens kept by `studio login`, and the classes by which scripts name themselves."""

import json
import os
from pathlib import Path
from typing import Any, NamedTuple

TOKEN_VARIABLES = ("STUDIO_RUN_TOKEN", "STUDIO_TOKEN")


def login_file() -> Path:
    """Return the file in which `studio login` keeps tokens, readable by its owner alone."""
    folder = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(folder) / "studio" / "login.json"


class Login(NamedTuple):
    """A studio that somebody has logged in to."""

    url: str
    token: str = ""
    workspace: str = ""


def read_logins() -> list[Login]:
    """Return the studios logged in to, the latest first."""
    try:
        rows = json.loads(login_file().read_text())
    except (OSError, ValueError):
        return []
    return [Login(**row) for row in rows]


def find_login(url: str = "") -> Login | None:
    """Return the login to a studio; without an address, the latest one."""
    wanted = url.rstrip("/")
    found = (login for login in read_logins() if not wanted or login.url == wanted)
    return next(found, None)


def save_login(login: Login) -> None:
    """Keep a login, as the latest one."""
    write_logins([login, *(other for other in read_logins() if other.url != login.url)])


def forget_login(url: str) -> bool:
    """Forget a login; tell whether there was one."""
    kept = [login for login in read_logins() if login.url != url.rstrip("/")]
    was_there = len(kept) < len(read_logins())
    write_logins(kept)
    return was_there


def write_logins(logins: list[Login]) -> None:
    """Replace the file at once and completely; nobody else may read it."""
    path = login_file()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    rows: list[dict[str, Any]] = [login._asdict() for login in logins]
    part = path.with_suffix(f".{os.getpid()}")
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(rows, file, indent=1)
    part.replace(path)


def find_token(url: str) -> str:
    """Return the token for a studio: of the environment, else of `studio login`, else ""."""
    for name in TOKEN_VARIABLES:
        if os.environ.get(name):
            return os.environ[name]
    login = find_login(url)
    return login.token if login else ""


class TokenAuthentication:
    """Signs requests with an API token.

        Workspace.get("vision", auth=TokenAuthentication(os.environ["MY_TOKEN"]))

    The other classes take what they take at Azure ML and use the environment or `studio login`.
    """

    def __init__(self, token: str = "", **_: Any) -> None:
        self.token = token


class InteractiveLoginAuthentication(TokenAuthentication):
    """Uses `studio login`."""

    def __init__(self, force: bool = False, tenant_id: str | None = None, **_: Any) -> None:
        super().__init__()


class ServicePrincipalAuthentication(TokenAuthentication):
    """A program of its own: its password is its API token."""

    def __init__(
        self,
        tenant_id: str = "",
        service_principal_id: str = "",
        service_principal_password: str = "",
        **_: Any,
    ) -> None:
        super().__init__(service_principal_password)


class AzureCliAuthentication(TokenAuthentication):
    """Uses `studio login`."""

    def __init__(self, **_: Any) -> None:
        super().__init__()
