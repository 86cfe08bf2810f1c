"""What a node is told when it starts: its command line and environment."""

import argparse
import os
import socket
from dataclasses import dataclass
from pathlib import Path

EXAMPLES = """Examples:
  studio node --cluster local
  studio node --url https://studio.example.org --cluster gpu --token-file node-token
"""
LOOK_EVERY_S = 5.0
# A node that looks more rarely counts as offline.
SHORTEST_LOOK_S, LONGEST_LOOK_S = 0.1, 15.0


@dataclass
class Options:
    """What a node is told when it starts."""

    url: str
    workspace: str
    cluster: str
    slots: int
    folder: Path
    name: str
    token: str = ""
    bell_url: str = ""
    address: str = ""
    quiet: bool = False
    look_every: float = LOOK_EVERY_S


def read_options(arguments: list[str]) -> Options:
    """Read the command line and the environment."""
    parser = argparse.ArgumentParser(
        prog="studio node",
        description="Run the jobs of a cluster on this machine.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--url", default=os.environ.get("STUDIO_URL", "http://127.0.0.1:8000"))
    parser.add_argument("--workspace", default=os.environ.get("STUDIO_WORKSPACE", "default"))
    parser.add_argument("--cluster", required=True)
    parser.add_argument("--slots", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--name", default=socket.gethostname())
    parser.add_argument("--address", default="", help="where other nodes of a run reach this one")
    parser.add_argument("--folder", type=Path, default=Path.home() / ".cache" / "studio-node")
    parser.add_argument("--token-file", type=Path, help="instead of STUDIO_NODE_TOKEN")
    parser.add_argument("--bell-file", type=Path, help="holds the queue's address if not REDIS_URL")
    parser.add_argument(
        "--look-every", type=float, default=LOOK_EVERY_S, metavar="SECONDS",
        help="how often the node looks for work where no bell rings (%(default)s)",
    )  # fmt: skip
    parser.add_argument("--quiet", action="store_true", help="say only why the node ends")
    chosen = vars(parser.parse_args(arguments))
    if not SHORTEST_LOOK_S <= chosen["look_every"] <= LONGEST_LOOK_S:
        parser.error(f"--look-every is between {SHORTEST_LOOK_S} and {LONGEST_LOOK_S} seconds")
    chosen["folder"].mkdir(mode=0o700, parents=True, exist_ok=True)
    token = read_note(chosen.pop("token_file"), "STUDIO_NODE_TOKEN")
    bell_url = read_note(chosen.pop("bell_file"), "REDIS_URL")
    # A folder of messages is no bell: the node looks by itself.
    return Options(**chosen, token=token, bell_url="" if "filesystem" in bell_url else bell_url)


def read_note(path: Path | None, variable: str) -> str:
    """Return an environment variable, or without it the content of a file; "" without both."""
    if text := os.environ.get(variable, ""):
        return text
    return path.read_text().strip() if path is not None and path.exists() else ""
