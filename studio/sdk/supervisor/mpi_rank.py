"""One process of an MPI run: mpirun starts this, it becomes the user's command.

What it prints goes to the log of its rank, and it gets torch's variables from those of MPI.
"""

import os
import sys

LOGS, COUNT = "STUDIO_MPI_LOGS", "STUDIO_MPI_COUNT"
RANKS = ("OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK")


def main() -> None:
    """Open the log, then become the command."""
    rank = next((os.environ[name] for name in RANKS if name in os.environ), "0")
    count, logs = os.environ.pop(COUNT), os.environ.pop(LOGS)
    name = "70_driver_log.txt" if count == "1" else f"70_driver_log_{rank}.txt"
    log = os.open(os.path.join(logs, name), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for number in (1, 2):
        os.dup2(log, number)
    os.environ |= {"RANK": rank, "LOCAL_RANK": rank, "NODE_RANK": "0"}
    os.environ |= {"WORLD_SIZE": count, "LOCAL_WORLD_SIZE": count}
    try:
        os.execvp(sys.argv[1], sys.argv[1:])
    except OSError as error:
        print(f"could not start: {error.strerror}: {sys.argv[1]}", file=sys.stderr)
        sys.exit(127 if isinstance(error, FileNotFoundError) else 126)


if __name__ == "__main__":
    main()
