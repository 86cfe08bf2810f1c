"""What a door limits, for the page that shows every limit in force."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limit:
    """One limit: `value` is a number, or a text with its unit. `setting` is the environment
    variable that changes it."""

    what: str
    value: int | str
    setting: str = ""

    @property
    def shown(self) -> str:
        """The value as people read it."""
        return f"{self.value:,}" if isinstance(self.value, int) else self.value


OF_DOORS: dict[str, tuple[Limit, ...]] = {}


def register_limits(door: str, *limits: Limit) -> None:
    """Let the page of limits show what a door limits."""
    OF_DOORS[door] = limits
