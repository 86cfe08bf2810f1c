"""A run that fails: the learning rate is far too high, and the loss runs away."""

import numpy as np

from examples.demo import data
from examples.demo.client import Run, Studio

NOTE = "How well do tanh and relu follow a wave? The picture of each run shows its answer."


def train(studio: Studio) -> None:
    experiment = studio.experiment("regression/wave", NOTE)
    params = {"model": "polynomial", "degree": 8, "learning_rate": 1.9, "steps": 600}
    tags = {"mlflow.source.name": "examples/demo/diverging.py", "dataset": "wave"}
    with studio.run(experiment, "wave polynomial", params, tags) as run:
        learn(run, params)


def learn(run: Run, params: dict) -> None:
    x, y, _, _ = data.wave()
    columns = np.hstack([x**power for power in range(params["degree"] + 1)]).astype(np.float32)
    weights = np.zeros((columns.shape[1], 1), np.float32)
    for step in range(params["steps"]):
        error = columns @ weights - y.astype(np.float32)
        loss = float((error**2).mean() / 2)
        if loss > 50:
            raise FloatingPointError(f"train/loss is {loss:.3g} at step {step}: it runs away")
        run.log(step, {"train/loss": loss})
        run.say(f"step {step}  largest weight {abs(weights).max():.3g}")
        weights -= params["learning_rate"] * (columns.T @ error) / len(x)
