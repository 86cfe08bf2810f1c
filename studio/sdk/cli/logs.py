"""`studio logs`: a short name of `studio run monitor-logs`."""

from studio.sdk.cli.run_monitor_logs import command

__all__ = ["command"]
