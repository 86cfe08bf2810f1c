"""Each row of a run is entered into fewer trees: of the time that a whole run takes to be written,
the pages it changes are the most.

Params and tags are kept by run and key instead of by an id and in an index. An index holds only the
rows that are looked for in it: children, numbers, least and greatest values that are not the last.
"""

import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

INDEXES = ("run_newest", "run_newest_all", "run_created", "run_status", "run_top_newest",
           "run_top_newest_all")  # fmt: skip
BY_START = ["lifecycle", "started_ms", "-run_id", "parent"]
SERIES = ["metric", "last", "run", "n", "nan_count", "sum", "last_step", "min", "min_step", "max",
          "max_step"]  # fmt: skip

# SQLite's own words: Django makes no table without row ids.
TABLE = """
CREATE TABLE {table}_new (
    run_id bigint NOT NULL REFERENCES runs_run (id) DEFERRABLE INITIALLY DEFERRED,
    experiment_id bigint NOT NULL REFERENCES runs_experiment (id) DEFERRABLE INITIALLY DEFERRED,
    key varchar(250) NOT NULL,
    {columns},
    PRIMARY KEY (run_id, key)
) WITHOUT ROWID
"""
PARAM = "value text NOT NULL, number real NULL"
TAG = "value text NULL"


def rebuild(editor, table, constraint, columns):
    if editor.connection.vendor == "postgresql":
        editor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}, DROP COLUMN id")
        editor.execute(f"ALTER TABLE {table} ADD PRIMARY KEY (run_id, key)")
        return
    names = ", ".join(["run_id", "experiment_id", "key", *map(first_word, columns.split(", "))])
    editor.execute(TABLE.format(table=table, columns=columns))
    editor.execute(
        f"INSERT INTO {table}_new ({names}) SELECT {names} FROM {table} ORDER BY run_id, key"
    )
    editor.execute(f"DROP TABLE {table}")
    editor.execute(f"ALTER TABLE {table}_new RENAME TO {table}")


def first_word(text):
    return text.split()[0]


def rebuild_both(apps, editor):
    rebuild(editor, "runs_param", "param_once", PARAM)
    rebuild(editor, "runs_runtag", "run_tag_once", TAG)


def drop_indexes_of_keys(apps, editor):
    """Drop the indexes that Django made for the foreign keys, under names of its own."""
    run = apps.get_model("runs", "Run")
    kept = [index.name for index in run._meta.indexes]
    for column in ("parent_id", "user_id"):
        for name in editor._constraint_names(run, [column], index=True, unique=False, exclude=kept):
            editor.execute(f'DROP INDEX "{name}"')


def key_of_run():
    return models.CompositePrimaryKey(
        "run_id", "key", blank=True, editable=False, primary_key=True, serialize=False
    )


def add(model, fields, name, condition=None):
    index = models.Index(fields=fields, name=name, condition=condition)
    return migrations.AddIndex(model, index)


def by_value(name, *more):
    value = django.db.models.functions.text.Substr("value", 1, 200)
    return models.Index(F("experiment"), F("key"), value, F("run"), *more, name=name)


class Migration(migrations.Migration):
    dependencies = [
        ("runs", "0022_run_edits"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        *(migrations.RemoveIndex("run", name) for name in INDEXES),
        *(migrations.RemoveIndex("series", f"series_by_{name}") for name in ("last", "min", "max")),
        migrations.RemoveIndex("param", "param_by_value"),
        migrations.RemoveIndex("param", "param_by_number"),
        migrations.RemoveIndex("runtag", "run_tag_by_value"),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(rebuild_both)],
            state_operations=[
                migrations.RemoveConstraint("param", "param_once"),
                migrations.RemoveConstraint("runtag", "run_tag_once"),
                migrations.RemoveField("param", "id"),
                migrations.RemoveField("runtag", "id"),
                migrations.AddField("param", "pk", key_of_run()),
                migrations.AddField("runtag", "pk", key_of_run()),
            ],
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(drop_indexes_of_keys)],
            state_operations=[
                migrations.AlterField(
                    "run",
                    "parent",
                    models.ForeignKey(
                        "runs.run",
                        models.SET_NULL,
                        null=True,
                        related_name="children",
                        db_index=False,
                    ),
                ),
                migrations.AlterField(
                    "run",
                    "user",
                    models.ForeignKey(
                        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, db_index=False
                    ),
                ),
            ],
        ),
        migrations.AddIndex("param", by_value("param_by_value", F("number"))),
        migrations.AddIndex("runtag", by_value("run_tag_by_value")),
        add(
            "param",
            ["experiment", "key", "number", "run"],
            "param_by_number",
            Q(number__isnull=False),
        ),
        add("run", ["experiment", *BY_START], "run_top_newest", Q(parent__isnull=True)),
        add("run", ["workspace", *BY_START], "run_top_newest_all", Q(parent__isnull=True)),
        add("run", ["experiment", *BY_START], "run_child_newest", Q(parent__isnull=False)),
        add("run", ["workspace", *BY_START], "run_child_newest_all", Q(parent__isnull=False)),
        add("run", ["experiment", "created_ms", "lifecycle", "parent"], "run_created"),
        add("run", ["workspace", "status", "lifecycle", "experiment", "parent"], "run_status"),
        add("run", ["parent"], "run_parent", Q(parent__isnull=False)),
        add("run", ["user"], "run_user", Q(user__isnull=False)),
        add("series", SERIES, "series_by_last"),
        add(
            "series",
            ["metric", "min", "run"],
            "series_by_min",
            Q(min__lt=F("last")) | Q(last__isnull=True),
        ),
        add(
            "series",
            ["metric", "max", "run"],
            "series_by_max",
            Q(max__gt=F("last")) | Q(last__isnull=True),
        ),
    ]
