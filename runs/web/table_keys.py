"""The keys of the run table, for the list of shortcuts."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Key:
    """A key and what it does."""

    key: str
    does: str


TABLE_KEYS = (
    Key("f", "Filter the runs"),
    Key("e", "Edit columns"),
    Key("b", "Group by"),
    Key("a", "Add a chart"),
    Key("v", "Views"),
    Key("c", "Compare the selected runs"),
    Key("j", "Next row"),
    Key("k", "Row above"),
    Key("x", "Select the row; with Shift up to here"),
    Key("m", "Menu of the cell or column"),
)
