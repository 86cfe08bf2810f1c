"""A training loop in the style of Hugging Face: a trainer that calls back, and a callback that
logs. NumPy alone trains here, so that it runs everywhere; with `transformers` the same class goes
into `Trainer(callbacks=[StudioCallback(run)])`.

    STUDIO_URL=http://127.0.0.1:8000 python fine_tuning.py
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from studio.sdk import Experiment, Workspace

try:
    from transformers import TrainerCallback
except ImportError:

    class TrainerCallback:  # type: ignore[no-redef]
        """What `transformers` has under this name: nothing happens unless it is overridden."""


class StudioCallback(TrainerCallback):
    """Logs what a trainer reports to a run, and uploads what it saves."""

    def __init__(self, run: Any) -> None:
        self.run = run

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
        """Log numbers at the step where the trainer is."""
        for name, value in (logs or {}).items():
            if isinstance(value, int | float):
                self.run.log(name, value, step=state.global_step)

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Upload a checkpoint."""
        folder = Path(args.output_dir) / f"checkpoint-{state.global_step}"
        self.run.upload_folder(f"outputs/{folder.name}", str(folder))

    def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Note how far it came."""
        self.run.tag("steps", str(state.global_step))


@dataclass
class State:
    """Where the training is."""

    global_step: int = 0


@dataclass
class Trainer:
    """Fits a logistic regression by gradient descent, and calls back as `transformers` does."""

    output_dir: str
    callbacks: list[StudioCallback]
    learning_rate: float = 0.5
    steps: int = 200
    state: State = field(default_factory=State)

    def call(self, event: str, **facts: Any) -> None:
        """Tell all callbacks of an event."""
        for one in self.callbacks:
            getattr(one, event)(self, self.state, None, **facts)

    def train(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return the weights."""
        weights = np.zeros(x.shape[1])
        for step in range(1, self.steps + 1):
            guess = 1 / (1 + np.exp(-x @ weights))
            weights -= self.learning_rate * x.T @ (guess - y) / len(y)
            self.state.global_step = step
            if step % 10 == 0:
                loss = -np.mean(y * np.log(guess) + (1 - y) * np.log(1 - guess))
                self.call("on_log", logs={"loss": float(loss), "accuracy": accuracy(guess, y)})
        self.save(weights)
        self.call("on_train_end")
        return weights

    def save(self, weights: np.ndarray) -> None:
        """Write a checkpoint."""
        folder = Path(self.output_dir) / f"checkpoint-{self.state.global_step}"
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / "weights.npy", weights)
        self.call("on_save")


def accuracy(guess: np.ndarray, y: np.ndarray) -> float:
    """Return the share of right guesses."""
    return float(np.mean((guess > 0.5) == y))


def main() -> None:
    """Train on two clouds of points."""
    random = np.random.default_rng(0)
    y = random.integers(0, 2, 500)
    x = random.normal(size=(500, 4)) + 0.7 * (2 * y - 1)[:, None]
    experiment = Experiment(Workspace.from_config(), "fine-tuning")
    with experiment.start_logging(name="two clouds") as run:
        Trainer("checkpoints", [StudioCallback(run)]).train(x, y)
    print(f"{run.get_status()}: {run.get_portal_url()}")


if __name__ == "__main__":
    main()
