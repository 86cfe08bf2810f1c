"""What Lightning's logger for MLflow does with its arguments, by the real client of MLflow."""

from mlflow.tracking import MlflowClient


class MLFlowLogger:
    """Logs to the run `_run_id`."""

    def __init__(self, experiment_name: str, tracking_uri: str) -> None:
        self.client = MlflowClient(tracking_uri)
        self._run_id = ""
        self.experiment_name = experiment_name

    def log_metrics(self, metrics: dict[str, float], step: int) -> None:
        """Log numbers of a step."""
        for name, value in metrics.items():
            self.client.log_metric(self._run_id, name, value, step=step)
