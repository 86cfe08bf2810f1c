"""What this machine is doing: processor, memory, disk, network, and NVIDIA's GPUs where there are.

Names and units are those of MLflow's own monitor (its documentation, "System Metrics"): clients
that run that one and machines watched by this one fill the same charts.
"""

import shutil
import subprocess

import psutil

MEGABYTE = 1e6
GPU_QUERY = "utilization.gpu,memory.used,memory.total,power.draw,enforced.power.limit"
GPU_TIMEOUT_S = 5


class Machine:
    """Samples of one machine; network traffic counts from the first one. `disk` is any path on the
    disk to watch."""

    def __init__(self, disk: str = "/") -> None:
        self.disk = disk
        self._network = psutil.net_io_counters()
        self._gpu_command = shutil.which("nvidia-smi")
        psutil.cpu_percent()

    def sample(self) -> dict[str, float]:
        """Return values by metric name. The processor's is the mean since the sample before."""
        memory, disk = psutil.virtual_memory(), psutil.disk_usage(self.disk)
        network = psutil.net_io_counters()
        return {
            "system/cpu_utilization_percentage": psutil.cpu_percent(),
            "system/system_memory_usage_megabytes": memory.used / MEGABYTE,
            "system/system_memory_usage_percentage": memory.percent,
            "system/disk_usage_percentage": disk.percent,
            "system/disk_usage_megabytes": disk.used / MEGABYTE,
            "system/disk_available_megabytes": disk.free / MEGABYTE,
            "system/network_receive_megabytes": _grown(network, self._network, "bytes_recv"),
            "system/network_transmit_megabytes": _grown(network, self._network, "bytes_sent"),
            **self._gpus(),
        }

    def _gpus(self) -> dict[str, float]:
        if self._gpu_command is None:
            return {}
        command = [self._gpu_command, f"--query-gpu={GPU_QUERY}", "--format=csv,noheader,nounits"]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=GPU_TIMEOUT_S, check=True
            )
        except (OSError, subprocess.SubprocessError):
            return {}
        return read_gpus(done.stdout)


def _grown(now: object, before: object, name: str) -> float:
    return (getattr(now, name) - getattr(before, name)) / MEGABYTE


def read_gpus(text: str) -> dict[str, float]:
    """Return the metrics of the GPUs in the output of `nvidia-smi`, whose columns are those of
    `GPU_QUERY`. A value that a card does not know (`[N/A]`) is left out."""
    found: dict[str, float] = {}
    for index, line in enumerate(text.strip().splitlines()):
        cells = [_number(cell) for cell in line.split(",")]
        busy, used, total, power, limit = [*cells, *[None] * 5][:5]
        values = {
            "utilization_percentage": busy,
            "memory_usage_megabytes": None if used is None else used * (1 << 20) / MEGABYTE,
            "memory_usage_percentage": used / total * 100 if used is not None and total else None,
            "power_usage_watts": power,
            "power_usage_percentage": power / limit * 100 if power is not None and limit else None,
        }
        found |= {
            f"system/gpu_{index}_{name}": value
            for name, value in values.items()
            if value is not None
        }
    return found


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None
