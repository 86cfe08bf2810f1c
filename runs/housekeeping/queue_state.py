"""The state of the queue."""

from dataclasses import dataclass
from typing import Any

from celery import current_app
from kombu.exceptions import ChannelError, OperationalError

TIMEOUT_S = 0.5


@dataclass(frozen=True)
class QueueState:
    """`kind` is what carries the messages, with its version where it has one; `waiting` how many
    tasks no worker has taken yet, None where the queue does not answer or takes no tasks."""

    kind: str
    waiting: int | None


def read_queue_state() -> QueueState:
    """Ask the queue once; it has half a second to answer."""
    timeouts = {"socket_timeout": TIMEOUT_S, "socket_connect_timeout": TIMEOUT_S}
    with current_app.connection(transport_options=timeouts) as broker:
        kind = broker.transport.driver_type
        try:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=TIMEOUT_S)
            channel = broker.default_channel
            return QueueState(name_of(kind, channel), count_waiting(channel))
        except (OperationalError, *broker.connection_errors, *broker.channel_errors):
            # Away, or there and full, locked or somebody's replica.
            return QueueState(kind, None)


def count_waiting(channel: Any) -> int:
    """The length of the queue; a Redis list without entries is no list at all."""
    try:
        declared = channel.queue_declare(current_app.conf.task_default_queue, passive=True)
    except ChannelError:
        return 0
    return declared.message_count


def name_of(kind: str, channel: Any) -> str:
    if kind != "redis":
        return kind
    about = channel.client.info("server")
    if "valkey_version" in about:
        return f"Valkey {about['valkey_version']}"
    return f"Redis {about['redis_version']}"
