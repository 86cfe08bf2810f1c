"""The environment of an attempt: an interpreter, a virtual or conda environment that is built once
and kept, or an image of Docker."""

import hashlib
import json
import os
import shutil
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_NB, flock
from importlib import metadata
from pathlib import Path
from typing import Any

from studio.sdk.supervisor.building import Build, CannotPrepare

KNOWN = ("python", "pip", "conda", "channels", "docker")
CONDA_PROGRAMS = ("mamba", "micromamba", "conda")
PAUSE_S = 0.2


@dataclass(frozen=True)
class Runtime:
    """What runs a command: an interpreter for the word `python`, or an image of Docker."""

    python: str
    image: str = ""

    def command_for(self, command: list[str]) -> list[str]:
        """Return the command line of a command."""
        is_python = command[0] in ("python", "python3")
        return [self.python, *command[1:]] if is_python else list(command)


def make_runtime(
    environment: dict[str, Any],
    cache: Path,
    say: Callable[[str], None],
    is_over: Callable[[], bool],
) -> Runtime:
    """Return what runs the commands of an environment, built at first use.

    {}: the interpreter of this node. {"python": path or name}: that one. {"pip": requirements}: a
    virtual environment with these. {"conda": packages, "channels": names}: one of conda, with "pip"
    on top. {"docker": image}. Raises CannotPrepare.
    """
    if unknown := sorted(set(environment) - set(KNOWN)):
        raise failed(
            f"this node cannot make an environment of {', '.join(unknown)}; it knows "
            + ", ".join(KNOWN)
        )
    build = Build(say, is_over)
    if "docker" in environment:
        return Runtime("python", _pull_image(environment, build))
    if conda := list(environment.get("conda") or []):
        return Runtime(_conda_environment(conda, environment, cache, build))
    python = str(environment.get("python") or sys.executable)
    if shutil.which(python) is None:
        raise failed(f"there is no interpreter {python} on this node")
    pip = list(environment.get("pip") or [])
    return Runtime(_virtual_environment(python, pip, cache, build) if pip else python)


def failed(why: str) -> CannotPrepare:
    """Return the error of an environment that cannot be made."""
    return CannotPrepare("environment_failed", why)


def _virtual_environment(python: str, pip: list[str], cache: Path, build: Build) -> str:
    program = os.path.realpath(shutil.which(python) or python)
    with _built_once(["venv", program, sorted(pip)], cache, build) as folder:
        if folder is None:
            return str(_kept(["venv", program, sorted(pip)], cache) / "bin" / "python")
        inside = str(folder / "bin" / "python")
        if uv := find_uv():
            build.run([uv, "venv", "--quiet", "--python", program, str(folder)])
            build.run([uv, "pip", "install", "--python", inside, "--", *pip])
        else:
            _install_with_pip(program, folder, pip, build)
        return inside


def _install_with_pip(program: str, folder: Path, pip: list[str], build: Build) -> None:
    """Make an environment of an interpreter and install into it: with the pip of this node where
    the interpreter is the node's own. To put a pip into each environment takes longer than most
    packages."""
    inside = str(folder / "bin" / "python")
    installing, without = [inside, "-m", "pip"], []
    if program == os.path.realpath(sys.executable) and has_pip_for_others():
        installing, without = [sys.executable, "-m", "pip", "--python", inside], ["--without-pip"]
    build.run([program, "-m", "venv", *without, str(folder)])
    quiet = ["--no-input", "--disable-pip-version-check"]
    build.run([*installing, "install", *quiet, "--", *pip])


def has_pip_for_others() -> bool:
    """Tell whether the pip of this interpreter installs into other environments, as it does since
    22.3."""
    try:
        first, second = metadata.version("pip").split(".")[:2]
        return (int(first), int(second)) >= (22, 3)
    except (metadata.PackageNotFoundError, ValueError):
        return False


def find_uv() -> str | None:
    """Return the program uv, which installs faster than pip, where it is there."""
    beside = Path(sys.executable).with_name("uv")
    return str(beside) if beside.exists() else shutil.which("uv")


def _conda_environment(
    conda: list[str], environment: dict[str, Any], cache: Path, build: Build
) -> str:
    program = next(filter(None, map(shutil.which, CONDA_PROGRAMS)), None)
    if program is None:
        raise failed(
            f"neither mamba nor conda is on this node, and only they install {', '.join(conda)}; "
            "give packages that pip has as pip, or install conda on the node"
        )
    pip, channels = list(environment.get("pip") or []), list(environment.get("channels") or [])
    identity = ["conda", sorted(conda), channels, sorted(pip)]
    with _built_once(identity, cache, build) as folder:
        if folder is None:
            return str(_kept(identity, cache) / "bin" / "python")
        wanted = conda if any(one.startswith("python") for one in conda) else ["python", *conda]
        sources = [part for channel in channels for part in ("-c", channel)]
        build.run([program, "create", "--yes", "--prefix", str(folder), *sources, *wanted])
        inside = str(folder / "bin" / "python")
        if pip:
            build.run([inside, "-m", "pip", "install", "--no-input", "--", *pip])
        return inside


def _pull_image(environment: dict[str, Any], build: Build) -> str:
    image = str(environment["docker"] or "")
    if not image or image.startswith("-"):
        raise failed(f"{image!r} is no name of an image")
    if environment.get("pip") or environment.get("conda"):
        raise failed("packages cannot be added to an image; name an image that has them")
    if shutil.which("docker") is None:
        raise failed(f"docker is not on this node; it cannot run the image {image}")
    if build.works(["docker", "image", "inspect", "--format", "{{.Id}}", image]):
        return image
    build.run(["docker", "pull", image])
    return image


def _kept(identity: list[Any], cache: Path) -> Path:
    return cache / hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:32]


@contextmanager
def _built_once(identity: list[Any], cache: Path, build: Build):
    """Give the folder to build an environment in, or None where it is there.

    However many runs ask at the same time, the first one builds and the others wait. One that fails
    fails for those that wait, too.
    """
    folder, asked_at = _kept(identity, cache), time.time()
    cache.mkdir(parents=True, exist_ok=True)
    complete, fault = folder / "complete", cache / f"{folder.name}.failed"
    with _only_one(cache / f"{folder.name}.lock", build):
        if complete.exists():
            yield None
            return
        if fault.exists() and fault.stat().st_mtime > asked_at:
            raise failed(fault.read_text())
        shutil.rmtree(folder, ignore_errors=True)
        try:
            yield folder
        except CannotPrepare as error:
            if not build.is_over():
                fault.write_text(str(error))
            raise
        complete.touch()
        build.say(f"The environment {folder.name} is built.")


@contextmanager
def _only_one(path: Path, build: Build):
    with open(path, "w") as lock:
        said = False
        while True:
            try:
                flock(lock, LOCK_EX | LOCK_NB)
                break
            except BlockingIOError:
                if not said:
                    build.say("Another run builds this environment: waiting for it.")
                    said = True
                build.check()
                time.sleep(PAUSE_S)
            except OSError as error:
                words = f"files in {path.parent} cannot be locked: {error.strerror}"
                raise CannotPrepare("environment_failed", words) from error
        yield
