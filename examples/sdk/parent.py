"""Submits `child.py` for each fruit, on another cluster if one is named, and waits for all."""

import argparse

from studio.sdk import Run, RunConfiguration, ScriptRunConfig

parser = argparse.ArgumentParser()
parser.add_argument("--cluster", default="local", help="where the children run")
run_config = RunConfiguration()
run_config.target = parser.parse_args().cluster

run = Run.get_context()
for fruit in ("Apple", "Banana", "Orange"):
    run.log("Status", f"Launching {fruit}")
    config = ScriptRunConfig(
        source_directory=".", script="child.py", arguments=["--fruit", fruit], run_config=run_config
    )
    run.submit_child(config)

for child in run.get_children():
    child.wait_for_completion()
    print(f"{child.id}: {child.get_status()}")
