"""Regression: a noisy wave, with two activations."""

import numpy as np

from examples.demo import data, png
from examples.demo.client import Run, Studio
from examples.demo.network import Network, Optimizer, batches

NOTE = "How well do tanh and relu follow a wave? The picture of each run shows its answer."


def train(studio: Studio, steps: int = 600) -> None:
    experiment = studio.experiment("regression/wave", NOTE)
    for activation in ("tanh", "relu"):
        params = {
            "activation": activation,
            "learning_rate": 0.01,
            "hidden": "96,96",
            "steps": steps,
        }
        tags = {"mlflow.source.name": "examples/demo/wave.py", "dataset": "wave"}
        with studio.run(experiment, f"wave {activation}", params, tags) as run:
            learn(run, params)


def learn(run: Run, params: dict) -> None:
    x, y, x_val, y_val = data.wave()
    network = Network([1, 96, 96, 1], params["activation"], is_classifier=False)
    optimizer = Optimizer("adam", params["learning_rate"])
    for step, (rows, target) in enumerate(batches(x, y, 256, seed=6)):
        loss, slopes = network.gradients(rows, target)
        optimizer.update(network.weights, slopes)
        run.log(step, {"train/loss": loss})
        if step % 10 == 0:
            square = ((network.predict(x_val) - y_val) ** 2).mean()
            run.log(step, {"val/loss": square / 2, "val/rmse": np.sqrt(square)})
        if step == params["steps"]:
            break
    axis = np.linspace(-1, 1, 480)[:, None]
    run.upload("outputs/fit.png", png.fit(x_val, y_val, network.predict(axis), (280, 480)))
    table = np.column_stack([x_val, y_val, network.predict(x_val)])
    lines = ["x,y,answer", *(",".join(f"{value:.5f}" for value in row) for row in table)]
    run.upload("outputs/validation.csv", "\n".join(lines).encode())
