"""`python -m studio.sdk.cli`, the same as `studio`."""

import sys

from studio.sdk.cli.main import run

sys.exit(run(sys.argv[1:]))
