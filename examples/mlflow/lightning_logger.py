"""PyTorch Lightning with its MLFlowLogger: metrics of every step, parameters, checkpoints.

Needs `pip install mlflow torch lightning`. Say where the studio is, then start it:

    MLFLOW_TRACKING_URI=http://127.0.0.1:8000 python examples/mlflow/lightning_logger.py
"""

import importlib.util
import os
import sys
import tempfile

NEEDED = ("mlflow", "torch", "lightning")
MISSING = [name for name in NEEDED if importlib.util.find_spec(name) is None]
if MISSING:
    sys.exit(f"Skipped: this example needs {', '.join(MISSING)}. pip install {' '.join(MISSING)}")

import lightning as L  # noqa: E402  (only where it is installed)
import torch  # noqa: E402  (as above)
from lightning.pytorch.callbacks import ModelCheckpoint  # noqa: E402  (as above)
from lightning.pytorch.loggers import MLFlowLogger  # noqa: E402  (as above)
from torch.utils.data import DataLoader, TensorDataset  # noqa: E402  (as above)


class Line(L.LightningModule):
    """Learns y = 3 x0 - 2 x1."""

    def __init__(self, rate: float = 0.05) -> None:
        super().__init__()
        self.save_hyperparameters()
        self.layer = torch.nn.Linear(2, 1)

    def loss(self, batch: list[torch.Tensor]) -> torch.Tensor:
        x, y = batch
        return torch.nn.functional.mse_loss(self.layer(x), y)

    def training_step(self, batch: list[torch.Tensor], _: int) -> torch.Tensor:
        loss = self.loss(batch)
        self.log("train_loss", loss)
        return loss

    def validation_step(self, batch: list[torch.Tensor], _: int) -> None:
        self.log("val_loss", self.loss(batch))

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), lr=self.hparams.rate)


def make_data(count: int) -> DataLoader:
    x = torch.randn(count, 2)
    y = x @ torch.tensor([[3.0], [-2.0]]) + 0.01 * torch.randn(count, 1)
    return DataLoader(TensorDataset(x, y), batch_size=32)


def main() -> None:
    torch.manual_seed(0)
    logger = MLFlowLogger(
        experiment_name="examples/lightning",
        run_name="line",
        tracking_uri=os.environ.get("MLFLOW_TRACKING_URI", "http://127.0.0.1:8000"),
        log_model=True,
    )
    with tempfile.TemporaryDirectory() as folder:
        trainer = L.Trainer(
            max_epochs=5,
            logger=logger,
            accelerator="cpu",
            log_every_n_steps=5,
            enable_progress_bar=False,
            callbacks=[ModelCheckpoint(dirpath=folder, monitor="val_loss", filename="best")],
        )
        trainer.fit(Line(), make_data(640), make_data(128))

    client = logger.experiment
    run = client.get_run(logger.run_id)
    print(f"{run.info.status}: {run.data.params} {run.data.metrics}")
    points = client.get_metric_history(logger.run_id, "train_loss")
    print(f"train_loss has {len(points)} points, the last is {points[-1].value:.5f}")
    print("files:", ", ".join(file.path for file in client.list_artifacts(logger.run_id)))


if __name__ == "__main__":
    main()
