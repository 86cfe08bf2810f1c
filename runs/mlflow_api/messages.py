"""The requests of the MLflow protocol as structs: decoding one validates it.

Field names and types are those of MLflow's `service.proto`; everything is optional here because
an absent, null or (for text) empty required field must be answered in MLflow's own words. `NEEDS`
lists what a request cannot do without. Structs that come by the hundred hold no containers, so the
garbage collector need not look at them (`gc=False`).
"""

from typing import ClassVar

import msgspec

from runs.metrics.number_words import Int64


class Message(msgspec.Struct):
    """A request. `NEEDS`: the required fields, checked in this order."""

    NEEDS: ClassVar[tuple[str, ...]] = ()


class RunMessage(Message):
    """A request about one run, named by `run_id` or its old alias `run_uuid`."""

    NEEDS: ClassVar[tuple[str, ...]] = ("run_id",)
    run_id: str | None = None
    run_uuid: str | None = None


class KeyValue(msgspec.Struct, gc=False):
    """A tag, a param, a tag of an experiment or of a logged model."""

    key: str | None = None
    value: str | None = None


# -- experiments ---------------------------------------------------------------------------------
class CreateExperiment(Message):
    NEEDS: ClassVar[tuple[str, ...]] = ("name",)
    name: str | None = None
    artifact_location: str | None = None
    tags: list[KeyValue] | None = None


class ExperimentMessage(Message):
    """A request about one experiment."""

    NEEDS: ClassVar[tuple[str, ...]] = ("experiment_id",)
    experiment_id: str | None = None


class UpdateExperiment(ExperimentMessage):
    NEEDS: ClassVar[tuple[str, ...]] = ("experiment_id", "new_name")
    new_name: str | None = None


class GetExperimentByName(Message):
    NEEDS: ClassVar[tuple[str, ...]] = ("experiment_name",)
    experiment_name: str | None = None


class ExperimentTagMessage(ExperimentMessage):
    NEEDS: ClassVar[tuple[str, ...]] = ("experiment_id", "key")
    key: str | None = None
    value: str | None = None


class SearchExperiments(Message):
    max_results: Int64 | None = None
    page_token: str | None = None
    filter: str | None = None
    order_by: list[str] | None = None
    view_type: str | int | None = None


# -- runs ----------------------------------------------------------------------------------------
class CreateRun(Message):
    experiment_id: str | None = None
    user_id: str | None = None
    run_name: str | None = None
    start_time: Int64 | None = None
    tags: list[KeyValue] | None = None


class UpdateRun(RunMessage):
    status: str | int | None = None
    end_time: Int64 | None = None
    run_name: str | None = None


class SearchRuns(Message):
    experiment_ids: list[str] | None = None
    filter: str | None = None
    run_view_type: str | int | None = None
    max_results: Int64 | None = None
    order_by: list[str] | None = None
    page_token: str | None = None


# -- what a run logs -----------------------------------------------------------------------------
class LogMetric(RunMessage):
    NEEDS: ClassVar[tuple[str, ...]] = ("run_id", "key", "value", "timestamp")
    key: str | None = None
    value: float | None = None
    timestamp: Int64 | None = None
    step: Int64 | None = None


class RunTagMessage(RunMessage):
    NEEDS: ClassVar[tuple[str, ...]] = ("run_id", "key")
    key: str | None = None
    value: str | None = None


class BatchMetric(msgspec.Struct, gc=False):
    key: str | None = None
    value: float | None = None
    timestamp: Int64 | None = None
    step: Int64 | None = None


class LogBatch(RunMessage):
    metrics: list[BatchMetric] | None = None
    params: list[KeyValue] | None = None
    tags: list[KeyValue] | None = None


class LogModel(RunMessage):
    NEEDS: ClassVar[tuple[str, ...]] = ("run_id", "model_json")
    model_json: str | None = None


class Dataset(msgspec.Struct):
    name: str | None = None
    digest: str | None = None
    source_type: str | None = None
    source: str | None = None
    schema: str | None = None
    profile: str | None = None


class DatasetUse(msgspec.Struct):
    dataset: Dataset | None = None
    tags: list[KeyValue] | None = None


class ModelUse(msgspec.Struct):
    """A logged model a run has read or written; `step` only for written ones."""

    model_id: str | None = None
    step: Int64 | None = None


class LogInputs(RunMessage):
    datasets: list[DatasetUse] | None = None
    models: list[ModelUse] | None = None


class LogOutputs(RunMessage):
    NEEDS: ClassVar[tuple[str, ...]] = ("run_id", "models")
    models: list[ModelUse] | None = None


# -- metric history ------------------------------------------------------------------------------
class GetHistory(RunMessage):
    NEEDS: ClassVar[tuple[str, ...]] = ("run_id", "metric_key")
    metric_key: str | None = None
    max_results: Int64 | None = None
    page_token: str | None = None


class GetHistoryBulk(Message):
    run_id: list[str] | None = None
    metric_key: str | None = None
    max_results: Int64 | None = None


class GetHistoryInterval(Message):
    NEEDS: ClassVar[tuple[str, ...]] = ("run_ids", "metric_key")
    run_ids: list[str] | None = None
    metric_key: str | None = None
    start_step: Int64 | None = None
    end_step: Int64 | None = None
    max_results: Int64 | None = None


# -- artifacts -----------------------------------------------------------------------------------
class ListArtifacts(RunMessage):
    path: str | None = None
    page_token: str | None = None


class ListProxied(Message):
    path: str | None = None


class GetArtifact(RunMessage):
    NEEDS: ClassVar[tuple[str, ...]] = ("run_id", "path")
    path: str | None = None


class UploadArtifact(Message):
    run_uuid: str | None = None
    path: str | None = None


# -- logged models -------------------------------------------------------------------------------
class CreateLoggedModel(ExperimentMessage):
    name: str | None = None
    model_type: str | None = None
    source_run_id: str | None = None
    params: list[KeyValue] | None = None
    tags: list[KeyValue] | None = None


class FinalizeLoggedModel(Message):
    NEEDS: ClassVar[tuple[str, ...]] = ("status",)
    status: str | int | None = None


class LoggedModelTags(Message):
    tags: list[KeyValue] | None = None


class LoggedModelParams(Message):
    params: list[KeyValue] | None = None


class ListModelFiles(Message):
    artifact_directory_path: str | None = None


class SearchLoggedModels(Message):
    experiment_ids: list[str] | None = None
    filter: str | None = None
    max_results: Int64 | None = None
    order_by: list[dict] | None = None
    page_token: str | None = None


class Nothing(Message):
    """A request without fields."""
