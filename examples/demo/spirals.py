"""Classification: which arm of a spiral a point belongs to, by three optimizers."""

from examples.demo import data, png
from examples.demo.client import Run, Studio
from examples.demo.network import Network, Optimizer, accuracy, batches

NOTE = "Three optimizers learn the same spirals. Compare `val/loss` and `outputs/regions.png`."
OPTIMIZERS = {"sgd": 0.5, "momentum": 0.1, "adam": 0.01}


def train(studio: Studio) -> None:
    experiment = studio.experiment("classification/spirals", NOTE)
    for kind, learning_rate in OPTIMIZERS.items():
        params = {
            "optimizer": kind,
            "learning_rate": learning_rate,
            "hidden": "96,96",
            "activation": "tanh",
            "batch_size": 256,
            "steps": 500,
        }
        tags = {"mlflow.source.name": "examples/demo/spirals.py", "dataset": "spirals"}
        with studio.run(experiment, f"spirals {kind}", params, tags) as run:
            learn(run, params, data.spirals())


def learn(run: Run, params: dict, split: data.Split) -> float:
    """Train one network, log its curves, and return its last loss on the validation rows."""
    x, y, x_val, y_val = split
    sizes = [x.shape[1], *map(int, params["hidden"].split(",")), y.shape[1]]
    network = Network(sizes, params["activation"])
    optimizer = Optimizer(params["optimizer"], params["learning_rate"])
    run.say(f"{len(x)} rows to learn from, {len(x_val)} to validate with; layers {sizes}.")
    val_loss = float("nan")
    for step, (rows, target) in enumerate(batches(x, y, params["batch_size"], seed=4)):
        loss, slopes = network.gradients(rows, target)
        optimizer.update(network.weights, slopes)
        share = accuracy(network.predict(rows), target)
        run.log(step, {"train/loss": loss, "train/accuracy": share})
        if step % 10 == 0 or step == params["steps"]:
            output = network.predict(x_val)
            val_loss = network.loss(output, y_val)
            run.log(step, {"val/loss": val_loss, "val/accuracy": accuracy(output, y_val)})
        if step % 100 == 0:
            run.say(f"step {step:4}  train loss {loss:.4f}  validation loss {val_loss:.4f}")
        if step == params["steps"]:
            break
    run.upload("outputs/regions.png", png.regions(network.predict, x_val, y_val))
    return val_loss
