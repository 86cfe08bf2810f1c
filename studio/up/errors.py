"""Why the studio does not start."""


class StartError(Exception):
    """One line for the person at the terminal: what is wrong and what to do. Exit code 2."""
