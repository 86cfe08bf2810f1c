"""The curves behind the diagrams of classifiers, computed from Azure ML's documents.

An accuracy table holds, for each class against the rest and each threshold, how many samples are
(TP, FP, TN, FN). Averages are taken at the same threshold (Fawcett 2006, "An introduction to ROC
analysis", section 7): macro over the classes, weighted by how many samples each class has, micro
over the summed counts. Classes without samples have no curve and are in no average.
"""

from dataclasses import dataclass

import numpy as np

from runs.metrics.arrays import Floats
from runs.metrics.kinds.documents import AccuracyData

AVERAGES = ("macro", "micro", "weighted")


@dataclass(frozen=True)
class NamedCurve:
    """A curve of a class or of an average; points without a value are left out."""

    name: str
    is_average: bool
    x: list[float]
    y: list[float]


def normalise_rows(matrix: list[list[int]]) -> list[list[float]]:
    """Return the share of each predicted class among the samples of a true class."""
    counts = np.array(matrix, np.float64)
    totals = counts.sum(axis=1, keepdims=True)
    return divide(counts, totals, empty=0.0).tolist()


def accuracy_curves(data: AccuracyData) -> dict[str, list[NamedCurve]]:
    """Return the curves `roc`, `precision_recall`, `gains`, `lift` and `calibration`, each for
    every class and average."""
    labels = data.class_labels
    probability = np.array(data.probability_tables, np.float64)
    percentile = np.array(data.percentile_tables, np.float64)
    thresholds = np.array(data.probability_thresholds, np.float64)
    return {
        "roc": curves_of(labels, probability, false_positive_rate, recall),
        "precision_recall": curves_of(labels, probability, recall, precision),
        "gains": curves_of(labels, percentile, share_chosen, recall),
        "lift": curves_of(labels, percentile, share_chosen, lift),
        "calibration": calibration_curves(labels, probability, thresholds),
    }


def recall(counts: Floats) -> Floats:
    tp, _, _, fn = parts(counts)
    return divide(tp, tp + fn)


def false_positive_rate(counts: Floats) -> Floats:
    _, fp, tn, _ = parts(counts)
    return divide(fp, fp + tn)


def precision(counts: Floats) -> Floats:
    """1 where nothing is predicted: the end every curve of precision begins with."""
    tp, fp, _, _ = parts(counts)
    return divide(tp, tp + fp, empty=1.0)


def share_chosen(counts: Floats) -> Floats:
    tp, fp, _, _ = parts(counts)
    return divide(tp + fp, counts.sum(axis=-1))


def lift(counts: Floats) -> Floats:
    return divide(recall(counts), share_chosen(counts))


def curves_of(labels: list[str], tables: Floats, of_x, of_y) -> list[NamedCurve]:
    micro = tables.sum(axis=0)
    return name_curves(
        labels, of_x(tables), of_y(tables), (of_x(micro), of_y(micro)), weights_of(tables)
    )


def calibration_curves(labels: list[str], tables: Floats, thresholds: Floats) -> list[NamedCurve]:
    """How often samples are positive whose probability lies between neighbouring thresholds."""
    order = np.argsort(thresholds)
    tables, thresholds = tables[:, order], thresholds[order]
    middles = (thresholds[:-1] + thresholds[1:]) / 2
    positives = -np.diff(tables[..., 0], axis=1)
    chosen = -np.diff(tables[..., 0] + tables[..., 1], axis=1)
    shares = divide(positives, chosen)
    micro = divide(positives.sum(axis=0), chosen.sum(axis=0))
    x = np.broadcast_to(middles, shares.shape)
    return name_curves(labels, x, shares, (middles, micro), weights_of(tables))


def name_curves(
    labels: list[str], x: Floats, y: Floats, micro: tuple[Floats, Floats], weights: Floats
) -> list[NamedCurve]:
    averages = {
        "macro": (average(x, np.ones_like(weights)), average(y, np.ones_like(weights))),
        "micro": micro,
        "weighted": (average(x, weights), average(y, weights)),
    }
    named = [make_curve(name, True, *averages[name]) for name in AVERAGES]
    return named + [
        make_curve(label, False, x[i], y[i]) for i, label in enumerate(labels) if weights[i] > 0
    ]


def make_curve(name: str, is_average: bool, x: Floats, y: Floats) -> NamedCurve:
    known = ~(np.isnan(x) | np.isnan(y))
    x, y = x[known], y[known]
    order = np.lexsort((y, x))
    return NamedCurve(name, is_average, x[order].tolist(), y[order].tolist())


def weights_of(tables: Floats) -> Floats:
    """How many samples of each class there are."""
    return tables[:, 0, 0] + tables[:, 0, 3]


def average(values: Floats, weights: Floats) -> Floats:
    """The weighted mean over the classes that have a value; NaN where none has."""
    spread = np.where(np.isnan(values), 0.0, weights[:, None])
    return divide(np.nansum(values * weights[:, None], axis=0), spread.sum(axis=0))


def parts(counts: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    return counts[..., 0], counts[..., 1], counts[..., 2], counts[..., 3]


def divide(above: Floats, below: Floats, empty: float = np.nan) -> Floats:
    """`above / below`, and `empty` where that is 0 / 0 or x / 0."""
    below = np.broadcast_to(below, above.shape)
    filled = np.full(above.shape, empty)
    return np.divide(above, below, out=filled, where=below != 0)
