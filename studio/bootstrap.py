"""Makes `.venv`, installs what is pinned, and goes on inside it.

Standard library only: this runs before anything is installed.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from studio.up.errors import StartError

BASE_DIR = Path(__file__).resolve().parent.parent
VENV = BASE_DIR / ".venv"
PYTHON = VENV / "bin" / "python"
SERVER_PACKAGES = BASE_DIR / "requirements.txt"
# With these somebody sets up a studio for a team; on a bare checkout they install the packages.
BEFORE_THE_FIRST_START = frozenset(
    {"changepassword", "createsuperuser", "member", "prepare", "token", "user", "workspace"}
)
TEST_PACKAGES = BASE_DIR / "tests" / "requirements.txt"


def enter(argv: list[str]) -> None:
    """Run `up`, `test` or `monitor` and exit; for any other command make sure that it runs in
    `.venv`, which the commands for people make where it is missing."""
    command = argv[1] if len(argv) > 1 else "help"
    try:
        if command == "up":
            sys.exit(start(argv))
        if command == "test":
            sys.exit(run_tests(argv))
        if command == "monitor":
            sys.exit(monitor(argv))
        use_venv(argv)
    except StartError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)


def start(argv: list[str]) -> int:
    """`up`: look at what can be known before anything is installed, install, supervise."""
    from studio.up import checks, options

    chosen = options.parse(argv[2:])
    checks.check_before_install(chosen)
    go_on_inside(argv, [SERVER_PACKAGES])
    from studio.up.supervisor import Supervisor

    return Supervisor(chosen).run()


def run_tests(argv: list[str]) -> int:
    """`test`: install the test packages too, then run every test on every database found."""
    go_on_inside(argv, [SERVER_PACKAGES, TEST_PACKAGES])
    from tests.runner import main

    return main(argv[2:])


def monitor(argv: list[str]) -> int:
    """`monitor`: watch this machine for a run, with the client alone."""
    from studio.sdk.monitoring import main

    return main(argv[2:])


def use_venv(argv: list[str]) -> None:
    if PYTHON.exists() and not is_inside():
        replace_process(argv)
    if importlib.util.find_spec("django") is None:
        if argv[1:2] and argv[1] in BEFORE_THE_FIRST_START:
            go_on_inside(argv, [SERVER_PACKAGES])
            return
        raise StartError("Django is not installed here. First run: python3 manage.py up")


def is_inside() -> bool:
    return Path(sys.prefix).resolve() == VENV.resolve()


def go_on_inside(argv: list[str], requirements: list[Path]) -> None:
    """Return inside `.venv` with all `requirements` installed; from outside, start over there."""
    if not (is_inside() or venv_works()) or changed(requirements):
        with only_one():
            if not is_inside():
                make_venv()
            install(requirements)
    if not is_inside():
        replace_process(argv)


def replace_process(argv: list[str]) -> NoReturn:
    sys.stdout.flush()
    os.execv(PYTHON, [str(PYTHON), *argv])


@contextmanager
def only_one() -> Iterator[None]:
    """Hold a lock on the project folder itself: a second start waits for the first."""
    import fcntl  # not at the top: Windows has none, and is to be told so in words

    handle = os.open(BASE_DIR, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Waiting for another start, which is installing the packages.", flush=True)
            fcntl.flock(handle, fcntl.LOCK_EX)
        except OSError:
            # A network disk without locks: two first starts at once are not expected there.
            pass
        yield
    finally:
        os.close(handle)


def make_venv() -> None:
    """Make `.venv`, or make it anew where its Python is gone or has become another version."""
    if venv_works():
        return
    if not os.access(BASE_DIR, os.W_OK):
        raise StartError(f"Cannot make {VENV}: the folder is not writable. Copy it to your own.")
    if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        raise StartError(
            "This Python has no venv module. On Debian or Ubuntu: apt install python3-venv"
        )
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    if subprocess.run(command, check=False).returncode:
        raise StartError(f"Could not make {VENV} (see above). Is there space on the disk?")


def venv_works() -> bool:
    """Tell whether `.venv` runs and finds the packages of its own version of Python."""
    program = (
        "import sys, sysconfig, os; sys.exit(not os.path.isdir(sysconfig.get_path('purelib')))"
    )
    try:
        return subprocess.run([PYTHON, "-I", "-S", "-c", program], check=False).returncode == 0
    except OSError:
        return False


def install(requirements: list[Path]) -> None:
    """Install those requirement files whose content has changed since they were last installed."""
    if not changed(requirements):
        return
    print("Installing packages into .venv; this is needed once and takes a minute.", flush=True)
    # All of them, also those that have not changed: every pin is then seen at once.
    files = [word for path in requirements for word in ("--requirement", str(path))]
    if not any(
        subprocess.run([*command, *files], check=False).returncode == 0 for command in installers()
    ):
        raise StartError("Could not install the packages (see above). Is the network reachable?")
    for path in requirements:
        stamp_of(path).write_text(digest(path))


def installers() -> Iterator[list[str]]:
    """Yield the commands that install packages, each to be tried where the one before failed: that
    of uv, where it is installed, takes a fifth of pip's time, but does not read pip's settings."""
    # Python compiles a module when it first imports it, and most are never imported. Where it may
    # not keep the result (PYTHONDONTWRITEBYTECODE, usual in containers), each start would do so
    # again.
    compiles = sys.dont_write_bytecode
    if uv := shutil.which("uv"):
        compiling = ["--compile-bytecode"] if compiles else []
        yield [uv, "pip", "install", "--quiet", "--python", str(PYTHON), *compiling]
    pip = [str(PYTHON), "-m", "pip", "install", "-qq", "--no-input", "--prefer-binary"]
    yield [*pip, "--disable-pip-version-check", *([] if compiles else ["--no-compile"])]


def changed(requirements: list[Path]) -> bool:
    return any(read_stamp(path) != digest(path) for path in requirements)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def stamp_of(path: Path) -> Path:
    return VENV / ("installed-" + "-".join(path.relative_to(BASE_DIR).parts))


def read_stamp(path: Path) -> str:
    try:
        return stamp_of(path).read_text()
    except OSError:
        return ""
