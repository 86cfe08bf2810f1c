"""A benchmark of servers that speak MLflow's tracking protocol, side by side in one run.

    python -m tests.bench --start studio mlflow fasttrackml
    python -m tests.bench --url http://127.0.0.1:5000 --vs other=http://127.0.0.1:5001 --only chart

One file per case in `cases/`. Every answer is checked, so a server that is fast and wrong shows as
WRONG. Rounds go around the servers in turn, so a busy machine slows all of them alike: read the
ratios, not the absolute figures.
"""
