"""Where the code of a run comes from, as its client has told it."""

from runs.tracking.models import Run, RunTag

# Tags of MLflow's clients, and the fields of `Run.source` that say the same.
_TOLD = (
    ("Repository", "mlflow.source.git.repoURL", "git_url"),
    ("Commit", "mlflow.source.git.commit", "git_commit"),
    ("Branch", "mlflow.source.git.branch", "git_branch"),
    ("Script", "mlflow.source.name", "name"),
)


def read_code_origin(run: Run) -> list[tuple[str, str]]:
    """Return what is known of repository, commit, branch and script, with labels. One query."""
    rows = RunTag.objects.filter(run=run, key__in=[tag for _, tag, _ in _TOLD])
    tags = dict(rows.values_list("key", "value"))
    found = ((label, tags.get(tag) or run.source.get(field)) for label, tag, field in _TOLD)
    return [(label, str(value)) for label, value in found if value]
