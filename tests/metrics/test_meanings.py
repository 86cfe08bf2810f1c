"""What names of metrics say."""

import pytest

from runs.metrics.meanings import direction_of, is_aside, usage_rank


@pytest.mark.parametrize(
    ("key", "direction"),
    [
        ("val/loss", "min"), ("trainLoss", "min"), ("error_rate", "min"), ("test.MAE", "min"),
        ("valAcc", "max"), ("val/F1", "max"), ("roc_auc_score", "max"), ("episode reward", "max"),
        ("r2", "max"), ("val.mAP50", "max"), ("custom", None), ("lossless", None), ("lr", None),
        ("loss_scale", None), ("score_time", None), ("", None),
    ],
)  # fmt: skip
def test_a_name_says_whether_lower_is_better(key, direction):
    assert direction_of(key) == direction


def test_results_come_first_and_counters_last():
    names = [
        "epoch", "train/step_time", "custom", "train/accuracy", "val/accuracy", "train/loss",
        "val/loss", "test/auc", "val/f1", "reward", "lr", "error",
    ]  # fmt: skip
    assert sorted(names, key=usage_rank) == [
        "val/loss", "train/loss", "error", "val/accuracy", "train/accuracy", "val/f1", "test/auc",
        "reward", "custom", "epoch", "lr", "train/step_time",
    ]  # fmt: skip
    assert [name for name in names if is_aside(name)] == ["epoch", "train/step_time", "lr"]
