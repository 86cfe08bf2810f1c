"""What this machine does: processor, memory, disk, network, NVIDIA's GPUs, and the processes below
this one. Read from /proc (proc(5)); elsewhere only what the system tells.

Names and units are those of MLflow's own monitor, so that both fill the same charts.
"""

import os
import shutil
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from studio.sdk.supervisor.trees import descendants, read_cpu_ticks

MEGABYTE = 1e6
KIBIBYTE, MEBIBYTE = 1 << 10, 1 << 20
GPU_QUERY = "utilization.gpu,memory.used,memory.total,power.draw,enforced.power.limit"
GPU_TIMEOUT_S = 5
TICKS_PER_S = os.sysconf("SC_CLK_TCK")

Values = dict[str, float]


class Machine:
    """Samples of one machine. Network traffic counts from the first one; the use of processors is
    the mean since the sample before. `folder` is on the disk to watch."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.gpu_program = shutil.which("nvidia-smi")
        self.network = _read_network()
        self.processor = _read_processor()
        self.tree = _read_tree(), time.monotonic()

    def sample(self) -> Values:
        """Return values by name; what cannot be read is left out."""
        values: Values = {}
        for read in (
            self._processor, self._memory, self._disk, self._traffic, self._processes, self._gpus,
        ):  # fmt: skip
            with suppress(OSError, ValueError, KeyError, IndexError, ZeroDivisionError):
                values |= read()
        return values

    def _processor(self) -> Values:
        (busy, total), self.processor = self.processor, _read_processor()
        now_busy, now_total = self.processor
        return {"cpu_utilization_percentage": 100 * (now_busy - busy) / (now_total - total)}

    def _memory(self) -> Values:
        with open("/proc/meminfo") as file:
            lines = dict(line.split(":", 1) for line in file)
        total, free = (int(lines[name].split()[0]) for name in ("MemTotal", "MemAvailable"))
        return {
            "system_memory_usage_megabytes": (total - free) * KIBIBYTE / MEGABYTE,
            "system_memory_usage_percentage": 100 * (total - free) / total,
        }

    def _disk(self) -> Values:
        disk = shutil.disk_usage(self.folder)
        return {
            "disk_usage_percentage": 100 * disk.used / disk.total,
            "disk_usage_megabytes": disk.used / MEGABYTE,
            "disk_available_megabytes": disk.free / MEGABYTE,
        }

    def _traffic(self) -> Values:
        received, sent = _read_network()
        return {
            "network_receive_megabytes": (received - self.network[0]) / MEGABYTE,
            "network_transmit_megabytes": (sent - self.network[1]) / MEGABYTE,
        }

    def _processes(self) -> Values:
        """Processor and memory of the run's own processes; 100 % is one core."""
        ticks, since = self.tree
        now, at = _read_tree(), time.monotonic()
        self.tree = now, at
        used = sum(count - ticks.get(pid, 0) for pid, count in now.items())
        memory = sum(_read_memory(pid) for pid in now)
        return {
            "process_cpu_percentage": 100 * used / TICKS_PER_S / (at - since),
            "process_memory_megabytes": memory / MEGABYTE,
        }

    def _gpus(self) -> Values:
        if self.gpu_program is None:
            return {}
        command = [self.gpu_program, f"--query-gpu={GPU_QUERY}", "--format=csv,noheader,nounits"]
        with suppress(subprocess.SubprocessError):
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=GPU_TIMEOUT_S, check=True
            )
            return read_gpus(done.stdout)
        return {}


def _read_processor() -> tuple[int, int]:
    """Return the busy and all ticks of all cores; zeros where that cannot be read."""
    try:
        with open("/proc/stat") as file:
            ticks = [int(word) for word in file.readline().split()[1:9]]
    except OSError:
        return 0, 0
    idle = ticks[3] + ticks[4]
    return sum(ticks) - idle, sum(ticks)


def _read_network() -> tuple[int, int]:
    """Return the bytes received and sent on all networks but the machine's own."""
    received = sent = 0
    with suppress(OSError), open("/proc/net/dev") as file:
        for line in list(file)[2:]:
            name, _, counts = line.partition(":")
            words = counts.split()
            if name.strip() != "lo":
                received, sent = received + int(words[0]), sent + int(words[8])
    return received, sent


def _read_tree() -> dict[int, int]:
    """Return the ticks that each process below this one has used."""
    with suppress(OSError):
        return {pid: read_cpu_ticks(pid) for pid in descendants(os.getpid())}
    return {}


def _read_memory(pid: int) -> int:
    """Return the memory of a process in bytes, its share of what several use (PSS)."""
    with suppress(OSError), open(f"/proc/{pid}/smaps_rollup") as file:
        for line in file:
            if line.startswith("Pss:"):
                return int(line.split()[1]) * KIBIBYTE
    return 0


def read_gpus(text: str) -> Values:
    """Return the values of the GPUs in the output of `nvidia-smi`, whose columns are those of
    `GPU_QUERY`. A value that a card does not know (`[N/A]`) is left out."""
    found: Values = {}
    for index, line in enumerate(text.strip().splitlines()):
        cells = [_number(cell) for cell in line.split(",")]
        busy, used, total, power, limit = [*cells, *[None] * 5][:5]
        values = {
            "utilization_percentage": busy,
            "memory_usage_megabytes": None if used is None else used * MEBIBYTE / MEGABYTE,
            "memory_usage_percentage": _percent(used, total),
            "power_usage_watts": power,
            "power_usage_percentage": _percent(power, limit),
        }
        known = {name: value for name, value in values.items() if value is not None}
        found |= {f"gpu_{index}_{name}": value for name, value in known.items()}
    return found


def _percent(part: float | None, whole: float | None) -> float | None:
    return 100 * part / whole if part is not None and whole else None


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None
