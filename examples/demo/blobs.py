"""Classification: five clouds, with and without a hidden layer, and a confusion matrix."""

import json

import numpy as np

from examples.demo import data, png
from examples.demo.client import Run, Studio
from examples.demo.network import Network, Optimizer, accuracy, batches

NOTE = "Softmax regression against a network with two hidden layers."
LAYERS = {"softmax regression": "", "two hidden layers": "128,64"}


def train(studio: Studio) -> None:
    experiment = studio.experiment("classification/blobs", NOTE)
    for name, hidden in LAYERS.items():
        params = {"hidden": hidden, "optimizer": "adam", "learning_rate": 0.005, "steps": 400}
        tags = {"mlflow.source.name": "examples/demo/blobs.py", "dataset": "blobs"}
        with studio.run(experiment, name, params, tags) as run:
            learn(run, params)


def learn(run: Run, params: dict) -> None:
    x, y, x_val, y_val = data.blobs()
    hidden = [int(size) for size in params["hidden"].split(",") if size]
    network = Network([x.shape[1], *hidden, y.shape[1]], "relu")
    optimizer = Optimizer(params["optimizer"], params["learning_rate"])
    for step, (rows, target) in enumerate(batches(x, y, 512, seed=5)):
        loss, slopes = network.gradients(rows, target)
        optimizer.update(network.weights, slopes)
        output = network.predict(x_val)
        run.log(step, {"train/loss": loss, "val/loss": network.loss(output, y_val)})
        run.log(step, {"val/accuracy": accuracy(output, y_val)})
        if step == params["steps"]:
            break
    report(run, network.predict(x_val), y_val)


def report(run: Run, output: np.ndarray, target: np.ndarray) -> None:
    """Upload which class was taken for which, as a picture and as numbers."""
    counts = np.zeros((target.shape[1], target.shape[1]), int)
    np.add.at(counts, (target.argmax(axis=1), output.argmax(axis=1)), 1)
    run.say(f"Confusion matrix, true class by row:\n{counts}")
    run.upload("outputs/confusion_matrix.png", png.matrix(counts))
    run.upload("outputs/confusion_matrix.json", json.dumps(counts.tolist()).encode())
