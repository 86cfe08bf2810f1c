"""`python -m studio.sdk.supervisor <folder> <cache>`: run the job of a folder.

The run token comes in the variable STUDIO_RUN_TOKEN: arguments are seen by everybody.
"""

import os
import sys
from pathlib import Path

from studio.sdk.supervisor.job import Job
from studio.sdk.supervisor.watching import Supervisor


def main() -> int:
    """Run the job; return the exit code."""
    folder, cache = Path(sys.argv[1]), Path(sys.argv[2])
    token = os.environ.pop("STUDIO_RUN_TOKEN", "")
    return Supervisor(Job.read(folder), folder, cache, token).run()


if __name__ == "__main__":
    sys.exit(main())
