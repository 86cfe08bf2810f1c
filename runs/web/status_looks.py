"""How a status looks: always an icon and a word, never a colour alone."""

from dataclasses import dataclass

from runs.tracking.statuses import Status


@dataclass(frozen=True)
class StatusLook:
    """`tone` is the class of the style sheet, `icon` a name of `icons.ICONS`."""

    tone: str
    icon: str
    word: str


_TONES_AND_ICONS = {
    Status.NOT_STARTED: ("waiting", "circle-dashed"),
    Status.STARTING: ("waiting", "hourglass"),
    Status.PROVISIONING: ("waiting", "hourglass"),
    Status.PREPARING: ("waiting", "hourglass"),
    Status.QUEUED: ("waiting", "clock"),
    Status.RUNNING: ("running", "loader-circle"),
    Status.FINALIZING: ("running", "loader-circle"),
    Status.CANCEL_REQUESTED: ("canceled", "hourglass"),
    Status.COMPLETED: ("completed", "circle-check"),
    Status.FAILED: ("failed", "circle-x"),
    Status.CANCELED: ("canceled", "ban"),
    Status.NOT_RESPONDING: ("failed", "unplug"),
}
STATUS_LOOKS = {
    status: StatusLook(tone, icon, str(status.value))
    for status, (tone, icon) in _TONES_AND_ICONS.items()
}
