"""Checks before anything starts. Each failure is one line that says what to do."""

import errno
import os
import socket
import sys
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

from studio.up.errors import StartError
from studio.up.options import Options

LOOPBACK_NAMES = frozenset({"localhost", "localhost.localdomain", "ip6-localhost"})
ANY_ADDRESS = frozenset({"0.0.0.0", "::"})
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
# A full disk takes an empty file.
PROBE_BYTES = 4096


def check_before_install(options: Options) -> None:
    """Check before the packages are installed, which takes a minute.

    Raises StartError.
    """
    if sys.platform == "win32":
        raise StartError("Studio runs on Linux and macOS. On Windows start it inside WSL.")
    check_folder(options.data_dir)
    check_allowed_hosts(options.host)
    if options.demo and not is_private(options):
        raise StartError("--demo is for trying the studio out on your own machine, without --host.")
    hold_port(options.host, options.port).close()


def is_loopback(host: str) -> bool:
    """Tell whether only programs of this machine can reach `host`."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() in LOOPBACK_NAMES


def is_private(options: Options) -> bool:
    """Tell whether the studio may be open to whoever reaches it: the one local user.

    An address of this machine alone is not enough: a proxy in front of it makes it public, and
    then its public name is among the allowed hosts.
    """
    return is_loopback(options.host) and all(map(is_loopback, allowed_hosts()))


def allowed_hosts() -> list[str]:
    names = os.environ.get("STUDIO_ALLOWED_HOSTS", "").split(",")
    return [name.strip() for name in names if name.strip()]


def answered_hosts(options: Options) -> list[str]:
    """Every name the server answers to: those allowed, and this machine's own, which health checks
    use and no other page can pretend to be."""
    own = ["localhost", "127.0.0.1", "[::1]"]
    host = options.host.strip("[]")
    if is_loopback(host) and host not in own:
        own.append(f"[{host}]" if ":" in host else host)
    return list(dict.fromkeys([*allowed_hosts(), *own]))


def check_allowed_hosts(host: str) -> None:
    """Refuse an address whose visitors would all be turned away by the Host check."""
    names = allowed_hosts()
    if "*" in names:
        raise StartError("STUDIO_ALLOWED_HOSTS must name the hosts: * would let any site in.")
    if is_loopback(host):
        return
    if host in ANY_ADDRESS:
        if all(map(is_loopback, names)):
            raise StartError(
                f"Listening on {host}, the studio must know the names people reach it by. "
                "Set STUDIO_ALLOWED_HOSTS, for example: STUDIO_ALLOWED_HOSTS=studio.example.org"
            )
    elif not any(covers(name, host) for name in names):
        raise StartError(
            f"STUDIO_ALLOWED_HOSTS must contain {host}, or every visitor is turned away. "
            f"Set it, for example: STUDIO_ALLOWED_HOSTS={','.join([*names, host])}"
        )


def covers(name: str, host: str) -> bool:
    """Tell whether an allowed name (`.example.org` allows what ends with it) is that of `host`."""
    return host == name.strip("[]") or (name.startswith(".") and host.endswith(name))


def check_folder(folder: Path) -> None:
    """Make the data folder, for its owner alone, and see that it can be written to."""
    probe = folder / f".probe-{os.getpid()}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe.write_bytes(b"x" * PROBE_BYTES)
        check_locks(probe)
    except OSError as error:
        advice = "Free some space, or choose" if error.errno in FULL else "Choose"
        raise StartError(
            f"Cannot write to the data folder {folder}: {error.strerror}. "
            f"{advice} another one with --data-dir."
        ) from error
    finally:
        with suppress(OSError):
            probe.unlink()


def check_locks(probe: Path) -> None:
    """Raise StartError where files cannot be locked: several processes would write the database at
    the same time."""
    import fcntl  # not at the top: Windows has none, and is to be told so in words

    with probe.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StartError(
                f"Files in the data folder {probe.parent} cannot be locked: {error.strerror}. "
                "Choose another one with --data-dir, on a disk of this machine."
            ) from error


def hold_port(host: str, port: int) -> socket.socket:
    """Take the port for this supervisor and return the socket that holds it.

    The server shares it by SO_REUSEPORT; a second supervisor is refused, because it first asks
    without. Raises StartError.
    """
    family, _, _, _, address = resolve(host, port)
    for shared in (False, True):
        holder = socket.socket(family, socket.SOCK_STREAM)
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        try:
            holder.bind(address)
        except OSError as error:
            holder.close()
            raise StartError(why_not(error, host, port)) from error
        if shared:
            break
        # A listener is refused at bind; on some systems only at listen.
        holder.close()
    return holder


def resolve(host: str, port: int) -> tuple:
    try:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except OSError as error:
        raise StartError(f"{host} is not an address of this machine: {error.strerror}.") from error


def why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < 65535 else 8000
        return f"Port {port} is taken by another program. Choose another one: --port {other}"
    if error.errno == errno.EACCES:
        return f"Port {port} needs more rights than yours. Choose one above 1023: --port 8000"
    return f"Cannot listen on {host}, port {port}: {error.strerror}. Choose another --host."
