"""A sweep: one parent, and a child run for each learning rate."""

from examples.demo import data
from examples.demo.client import Studio
from examples.demo.spirals import learn

NOTE = "One parent run per sweep; its children differ in the learning rate alone."
LEARNING_RATES = (0.001, 0.003, 0.01, 0.03)


def train(studio: Studio) -> None:
    experiment = studio.experiment("sweeps/learning-rate", NOTE)
    source = {"mlflow.source.name": "examples/demo/sweep.py", "dataset": "spirals"}
    params = {"optimizer": "adam", "hidden": "48,48", "activation": "relu", "batch_size": 256}
    params["steps"] = 400
    with studio.run(experiment, "sweep of the learning rate", params, source) as parent:
        for index, rate in enumerate(LEARNING_RATES):
            own = {**params, "learning_rate": rate}
            with studio.run(experiment, f"learning rate {rate}", own, source, parent) as child:
                val_loss = learn(child, own, data.spirals(noise=0.4))
                parent.log(index, {"child/val/loss": val_loss})
                parent.say(f"learning rate {rate}: validation loss {val_loss:.4f}")
