"""Machines as network namespaces (ip-netns(8)) on a bridge with this one. Needs root."""

import os
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

NETWORK = "10.213.77"
BRIDGE = "studio-test"
STUDIO = f"{NETWORK}.1"


@dataclass(frozen=True)
class Machine:
    """A namespace with an address, a host name and a home of its own. It sees the bridge alone."""

    name: str
    address: str
    home: Path

    def start(self, command: str, *, folder: Path) -> subprocess.Popen:
        """Run a line of a shell on it, in a folder."""
        line = f"hostname {self.name}; {command}"
        words = ["ip", "netns", "exec", self.name, "unshare", "--uts", "sh", "-c", line]
        kept = {"PATH": os.environ["PATH"], "HOME": str(self.home)}
        return subprocess.Popen(words, cwd=folder, env=kept, start_new_session=True)


def ip(words: str) -> None:
    subprocess.run(["ip", *shlex.split(words)], check=True)


@contextmanager
def running_machines(names: list[str], folder: Path) -> Iterator[list[Machine]]:
    """Make the bridge and the machines; remove them again."""
    ip(f"link add {BRIDGE} type bridge")
    try:
        ip(f"address add {STUDIO}/24 dev {BRIDGE}")
        ip(f"link set {BRIDGE} up")
        yield [join(name, number, folder) for number, name in enumerate(names, 11)]
    finally:
        for name in names:
            subprocess.run(["ip", "netns", "delete", name], check=False)
        ip(f"link delete {BRIDGE}")


def join(name: str, number: int, folder: Path) -> Machine:
    """Make a machine and connect it."""
    home = folder / name
    home.mkdir()
    address = f"{NETWORK}.{number}"
    ip(f"netns add {name}")
    ip(f"link add st-{name} type veth peer name eth0 netns {name}")
    ip(f"link set st-{name} master {BRIDGE} up")
    ip(f"-netns {name} address add {address}/24 dev eth0")
    ip(f"-netns {name} link set eth0 up")
    ip(f"-netns {name} link set lo up")
    return Machine(name, address, home)
