"""Works on one fruit; `parent.py` submits it once for each."""

import argparse

from studio.sdk import Run

parser = argparse.ArgumentParser()
parser.add_argument("--fruit", required=True)
fruit = parser.parse_args().fruit

run = Run.get_context()
run.log("letters", len(fruit))
print(f"{fruit} is a child of {run.parent.id}")
