"""What a run has read: data sets."""

from collections.abc import Iterable

from django.db import transaction

from runs.tracking.models import DatasetInput, Run
from runs.tracking.notes import check_active
from runs.tracking.texts import check_text

LIMITS = {
    "name": 500,
    "digest": 36,
    "context": 500,
    "source_type": 500,
    "source": 65_535,
    "schema": 1_048_575,
    "profile": 16_777_215,
}


def log_datasets(*, run: Run, datasets: Iterable[DatasetInput]) -> None:
    """Keep data sets a run has read, all or none; one that is there already stays as it is.

    `datasets` are rows without their run. Raises NotActive, InvalidValue.
    """
    check_active(run)
    rows = []
    for row in datasets:
        for field, limit in LIMITS.items():
            check_text(getattr(row, field), f"dataset {field}", limit)
        row.run, row.experiment_id = run, run.experiment_id
        rows.append(row)
    with transaction.atomic():
        DatasetInput.objects.bulk_create(rows, ignore_conflicts=True)
