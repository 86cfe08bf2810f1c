"""What Slurm starts: it claims the attempt that it was placed for and runs its supervisor.

Where it comes too late, because the run was canceled or moved meanwhile, it ends at once.
"""

import os
import shutil
import socket
import sys
import tempfile
import uuid
from pathlib import Path
from typing import Any

from studio.sdk.supervisor.__main__ import watch_over
from studio.sdk.supervisor.gathering import own_address
from studio.sdk.supervisor.guard import Placement
from studio.sdk.supervisor.job import Job
from studio.sdk.supervisor.studio_api import Away, Refused, StudioApi, in_path

PATIENCE_S = 120.0


def main() -> int:
    """Claim and run; return the exit code."""
    token = os.environ.pop("STUDIO_RUN_TOKEN", "")
    url, workspace = os.environ["STUDIO_URL"], os.environ["STUDIO_WORKSPACE"]
    host = os.environ.get("SLURMD_NODENAME") or socket.gethostname()
    try:
        answer = claim(StudioApi(url, workspace, token), host)
    except (Away, Refused) as error:
        print(f"The attempt cannot begin: {error}", file=sys.stderr, flush=True)
        return 1
    answer.pop("token")
    folder = Path(tempfile.mkdtemp(prefix="studio-"))
    facts = {"url": url, "workspace": workspace, "node": host, "address": own_address(url)}
    Job(**facts, **answer).write(folder)
    try:
        watch_over(Placement(folder, cache_folder(), token))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def claim(api: StudioApi, host: str) -> dict[str, Any]:
    """Begin the attempt, or this node's part of it; return its job. Raises Away, Refused."""
    address = f"runs/{in_path(os.environ['STUDIO_RUN_ID'])}/attempt/claim"
    body = {
        "fence": int(os.environ["STUDIO_FENCE"]),
        "rank": int(os.environ.get("SLURM_NODEID", "0")),
        "host": host,
        # The same id in each try: the studio repeats an answer that was lost.
        "claim_id": uuid.uuid4().hex,
    }
    return api.ask("POST", address, body=body, patience_s=PATIENCE_S)


def cache_folder() -> Path:
    """Return where environments are kept: one folder for all runs of the user on this machine."""
    folder = Path.home() / ".cache" / "studio-node" / "environments"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


if __name__ == "__main__":
    sys.exit(main())
