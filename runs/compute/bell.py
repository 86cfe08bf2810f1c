"""Telling the nodes of a cluster that something waits.

The message holds nothing but the name of the queue it is sent to. One that is lost or comes twice
changes nothing: nodes also look by themselves every few seconds.
"""

import logging

from celery import current_app
from kombu.exceptions import OperationalError

from runs.compute.models import Cluster

TASK = "studio.sdk.node.look"
EXPIRES_S = 30
PATIENCE_S = 1.0

log = logging.getLogger(__name__)


def queue_of(cluster: Cluster) -> str:
    """Return the name of the queue on which the nodes of a cluster listen."""
    return f"cluster.{cluster.pk}"


def ring(cluster: Cluster, times: int = 1) -> None:
    """Send `times` messages, each of which wakes one waiting node of the cluster. A broker that is
    away is no error."""
    patience = {"socket_timeout": PATIENCE_S, "socket_connect_timeout": PATIENCE_S}
    try:
        with current_app.connection(transport_options=patience) as queue:
            queue.ensure_connection(max_retries=1, interval_start=0, timeout=PATIENCE_S)
            for _ in range(times):
                current_app.send_task(
                    TASK, queue=queue_of(cluster), connection=queue, expires=EXPIRES_S, retry=False
                )
    except (OperationalError, OSError) as error:
        log.info("the nodes look by themselves, the queue is away: %s", error)
