"""A script that fails: the page of its run opens at the error."""

from pathlib import Path

print("Reading the table of labels")
print(Path("labels.csv").read_text())
