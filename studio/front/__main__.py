"""Starts the server: `python -m studio.front --port 8000 --workers 2`."""

import argparse

from studio.front.loading import load_application, prepare
from studio.front.server import make_server


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m studio.front", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (%(default)s)")
    parser.add_argument("--workers", type=int, default=2, help="processes (%(default)s)")
    parser.add_argument("--prepare", action="store_true", help="do `manage.py prepare` first")
    for name in ("--require-user", "--require-empty"):
        parser.add_argument(name, action="store_true", help="see `manage.py prepare --help`")
    return parser.parse_args()


if __name__ == "__main__":
    options = read_options()
    if options.prepare:
        prepare(options.require_user, options.require_empty)
    load_application()
    make_server(options.host, options.port, options.workers).serve()
