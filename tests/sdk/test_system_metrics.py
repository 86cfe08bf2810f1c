"""System metrics of a submitted run, against what psutil and the script say."""

import time

import psutil
import pytest

from studio.sdk.supervisor.machine import Machine, read_gpus

MEGABYTE = 1e6


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_machine_and_the_run_are_sampled_into_monitoring(lab, start_node, client):
    start_node()
    script = (
        "import time\n"
        "held = bytearray(200_000_000); held[::4096] = b'x' * len(held[::4096])\n"
        "until = time.monotonic() + 600\n"
        "while time.monotonic() < until:\n"
        "    time.sleep(0.03); end = time.monotonic() + 0.01\n"
        "    while time.monotonic() < end: pass\n"
    )
    run_id = lab.submit(script)
    lab.until(lambda: "system/cpu_utilization_percentage" in lab.run(run_id)["metrics"])
    found = lab.run(run_id)["metrics"]
    assert found["system/process_memory_megabytes"] > 200
    assert 1 < found["system/process_cpu_percentage"] < 150
    total = psutil.virtual_memory().total / MEGABYTE
    assert 200 < found["system/system_memory_usage_megabytes"] < total
    page = client.get(f"/w/default/runs/{run_id}/monitoring").content.decode()
    assert 'data-name="system/process_memory_megabytes"' in page
    lab.api.ask("POST", f"runs/{run_id}/cancel")
    lab.wait(run_id)


def test_samples_agree_with_psutil(tmp_path):
    machine = Machine(tmp_path)
    time.sleep(0.1)  # The kernel counts in hundredths of a second.
    values = machine.sample()
    memory, disk = psutil.virtual_memory(), psutil.disk_usage(str(tmp_path))
    taken = (memory.total - memory.available) / MEGABYTE
    assert values["system_memory_usage_megabytes"] == pytest.approx(taken, rel=0.2)
    assert values["disk_available_megabytes"] == pytest.approx(disk.free / MEGABYTE, rel=0.01)
    assert 0 <= values["cpu_utilization_percentage"] <= 100
    assert values["network_receive_megabytes"] >= 0


def test_gpus_are_read_from_nvidia_smi():
    lines = "87, 1024, 4096, 120.5, 241\n0, [N/A], 4096, [N/A], [N/A]\n"
    values = read_gpus(lines)
    assert values["gpu_0_utilization_percentage"] == 87
    assert values["gpu_0_memory_usage_percentage"] == 25
    assert values["gpu_0_power_usage_percentage"] == 50
    assert {name for name in values if name.startswith("gpu_1")} == {"gpu_1_utilization_percentage"}
