"""The documents of Azure ML's diagrams: what each must hold, checked before it is kept.

`{"schema_type", "schema_version", "data"}` with the fields of `log_confusion_matrix`,
`log_accuracy_table`, `log_residuals` and `log_predictions` of azureml-core.
"""

from itertools import pairwise
from typing import Any

import msgspec
import numpy as np

from runs.tracking.errors import InvalidValue

MAX_VERSION_CHARS = 32
Outcomes = tuple[float, float, float, float]


class MatrixData(msgspec.Struct):
    """Rows are true classes, columns predicted ones."""

    class_labels: list[str]
    matrix: list[list[int]]


class AccuracyData(msgspec.Struct):
    """One-vs-rest tables [class][threshold] of (TP, FP, TN, FN)."""

    class_labels: list[str]
    probability_tables: list[list[Outcomes]]
    percentile_tables: list[list[Outcomes]]
    probability_thresholds: list[float]
    percentile_thresholds: list[float]


class ResidualData(msgspec.Struct):
    """A histogram of predicted - actual; counts may be fractional."""

    bin_edges: list[float]
    bin_counts: list[float]


class PredictionData(msgspec.Struct):
    """A line of averages, a band of errors, a histogram of counts."""

    bin_averages: list[float]
    bin_errors: list[float]
    bin_counts: list[float]
    bin_edges: list[float]


DATA: dict[str, type] = {
    "confusion_matrix": MatrixData,
    "accuracy_table": AccuracyData,
    "residuals": ResidualData,
    "predictions": PredictionData,
}


class DocumentHead(msgspec.Struct):
    """What all documents have."""

    schema_type: str
    schema_version: str
    data: dict[str, Any]


def check_document(kind: str, name: str, value: dict[str, Any]) -> None:
    """Raises InvalidValue that says what is wrong with the document of metric `name`."""
    try:
        head = msgspec.convert(value, DocumentHead)
        data = msgspec.convert(head.data, DATA[kind])
    except msgspec.ValidationError as error:
        raise InvalidValue(f"The {kind} '{name}' has another form: {error}.") from error
    if head.schema_type != kind:
        raise InvalidValue(f"The schema_type of '{name}' is not {kind!r}.")
    if len(head.schema_version) > MAX_VERSION_CHARS:
        raise InvalidValue(f"The schema_version of '{name}' is too long.")
    fault = FAULTS[kind](data)
    if fault:
        raise InvalidValue(f"The {kind} '{name}' is not consistent: {fault}.")


def fault_of_matrix(data: MatrixData) -> str:
    size = len(data.class_labels)
    if size == 0 or len(data.matrix) != size or any(len(row) != size for row in data.matrix):
        return f"the matrix must be square, a row and a column for each of {size} class_labels"
    if any(count < 0 for row in data.matrix for count in row):
        return "counts are not negative"
    return ""


def fault_of_accuracy(data: AccuracyData) -> str:
    return fault_of_tables(
        "probability", data.class_labels, data.probability_tables, data.probability_thresholds
    ) or fault_of_tables(
        "percentile", data.class_labels, data.percentile_tables, data.percentile_thresholds
    )


def fault_of_tables(
    kind: str, labels: list[str], tables: list[list[Outcomes]], thresholds: list[float]
) -> str:
    if not labels or len(tables) != len(labels):
        return f"{kind}_tables need a table for each of {len(labels)} class_labels"
    if not thresholds or any(len(table) != len(thresholds) for table in tables):
        return f"every one of {kind}_tables needs a line for each of {kind}_thresholds"
    outcomes = np.array(tables, np.float64)
    if (outcomes < 0).any():
        return "counts are not negative"
    positives = outcomes[:, :, 0] + outcomes[:, :, 3]
    negatives = outcomes[:, :, 1] + outcomes[:, :, 2]
    totals = positives + negatives
    if not np.allclose(totals, totals.flat[0]):
        return f"TP + FP + TN + FN must be the same everywhere in {kind}_tables"
    if not np.allclose(positives, positives[:, :1]):
        return f"TP + FN must be the same at every threshold of a class in {kind}_tables"
    return ""


def fault_of_bins(edges: list[float], counts: list[float]) -> str:
    if not counts or len(edges) != len(counts) + 1:
        return "bin_edges must be one more than bin_counts"
    if any(right < left for left, right in pairwise(edges)):
        return "bin_edges must ascend"
    if any(count < 0 for count in counts):
        return "bin_counts are not negative"
    return ""


def fault_of_residuals(data: ResidualData) -> str:
    return fault_of_bins(data.bin_edges, data.bin_counts)


def fault_of_predictions(data: PredictionData) -> str:
    if len({len(data.bin_averages), len(data.bin_errors), len(data.bin_counts)}) > 1:
        return "bin_averages, bin_errors and bin_counts must be of one length"
    return fault_of_bins(data.bin_edges, data.bin_counts)


FAULTS: dict[str, Any] = {
    "confusion_matrix": fault_of_matrix,
    "accuracy_table": fault_of_accuracy,
    "residuals": fault_of_residuals,
    "predictions": fault_of_predictions,
}
