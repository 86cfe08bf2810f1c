"""How several processes share the work of one run."""

from typing import Any


class _Processes:
    """Processes on nodes. The studio starts them with RANK, WORLD_SIZE, LOCAL_RANK and
    MASTER_ADDR in the environment."""

    COMMUNICATOR = ""

    def __init__(self, node_count: int = 1, processes_per_node: int = 1) -> None:
        self.node_count = node_count
        self.processes_per_node = processes_per_node

    def _as_job(self) -> dict[str, Any]:
        if self.node_count == self.processes_per_node == 1:
            return {}
        return {
            "nodes": self.node_count,
            "processes_per_node": self.processes_per_node,
            "communicator": self.COMMUNICATOR,
        }

    def _as_dict(self) -> dict[str, Any]:
        return {"nodeCount": self.node_count, "processCountPerNode": self.processes_per_node}

    @classmethod
    def _from_dict(cls, facts: dict[str, Any]) -> Any:
        made = cls()
        made.node_count = int(facts.get("nodeCount") or 1)
        made.processes_per_node = int(facts.get("processCountPerNode") or 1)
        return made


class MpiConfiguration(_Processes):
    """`process_count_per_node` processes on each of `node_count` nodes, for Horovod and mpi4py."""

    COMMUNICATOR = "mpi"

    def __init__(self, process_count_per_node: int = 1, node_count: int = 1) -> None:
        super().__init__(node_count, process_count_per_node)

    @property
    def process_count_per_node(self) -> int:
        """How many processes a node starts."""
        return self.processes_per_node

    @process_count_per_node.setter
    def process_count_per_node(self, count: int) -> None:
        self.processes_per_node = count


class PyTorchConfiguration(_Processes):
    """`process_count` processes of `torch.distributed`, spread over `node_count` nodes.

    PyTorchConfiguration(process_count=8, node_count=2)
    """

    COMMUNICATOR = "torch"

    def __init__(
        self,
        communication_backend: str = "Nccl",
        process_count: int | None = None,
        node_count: int = 1,
    ) -> None:
        super().__init__(node_count, max(1, (process_count or node_count) // node_count))
        self.communication_backend = communication_backend

    @property
    def process_count(self) -> int:
        """How many processes there are in all."""
        return self.node_count * self.processes_per_node

    @process_count.setter
    def process_count(self, count: int) -> None:
        self.processes_per_node = max(1, count // self.node_count)


class TensorflowConfiguration:
    """TensorFlow's parameter servers and workers; a studio starts workers alone."""

    def __init__(self, worker_count: int = 1, parameter_server_count: int = 0, **_: Any) -> None:
        self.worker_count = worker_count
        self.parameter_server_count = parameter_server_count

    def _as_job(self) -> dict[str, Any]:
        from studio.sdk.exceptions import NotSupported

        if self.worker_count == 1 and not self.parameter_server_count:
            return {}
        raise NotSupported(
            "Parameter servers are not started here. Use MpiConfiguration with "
            "tf.distribute.MultiWorkerMirroredStrategy or Horovod."
        )
