"""The client for the process of a user: what its `import studio.sdk` finds."""

from pathlib import Path

SDK = Path(__file__).resolve().parents[1]


def make_client(folder: Path) -> Path:
    """Return a folder for PYTHONPATH that holds `studio.sdk` as this node has it, and no other
    package of this machine."""
    package = folder / "client" / "studio"
    package.mkdir(parents=True, exist_ok=True)
    (package / "__init__.py").touch()
    link = package / "sdk"
    if not link.is_symlink():
        link.symlink_to(SDK)
    return package.parent
