"""A run to watch: it takes its time, so that the pages show one that is still going."""

from examples.demo import data
from examples.demo.client import Run, Studio
from examples.demo.network import Network, Optimizer, accuracy, batches

NOTE = "Three optimizers learn the same spirals. Compare `val/loss` and `outputs/regions.png`."
STEPS = 360
PAUSE_S = 0.25


def train(studio: Studio) -> None:
    experiment = studio.experiment("classification/spirals", NOTE)
    params = {"optimizer": "adam", "learning_rate": 0.002, "hidden": "32", "steps": STEPS}
    tags = {"mlflow.source.name": "examples/demo/slow.py", "dataset": "spirals"}
    with studio.run(experiment, "spirals, slowly", params, tags) as run:
        learn(run, params)


def learn(run: Run, params: dict) -> None:
    x, y, x_val, y_val = data.spirals()
    network = Network([2, 32, 3], "tanh")
    optimizer = Optimizer("adam", params["learning_rate"])
    for step, (rows, target) in enumerate(batches(x, y, 128, seed=7)):
        loss, slopes = network.gradients(rows, target)
        optimizer.update(network.weights, slopes)
        output = network.predict(x_val)
        run.log(step, {"train/loss": loss, "val/loss": network.loss(output, y_val)})
        run.log(step, {"val/accuracy": accuracy(output, y_val)})
        if step % 20 == 0:
            run.say(f"step {step:4}  train loss {loss:.4f}")
            run.upload_log()
        if step == STEPS:
            break
        run.studio.stop.wait(PAUSE_S)
