"""Fill a studio's database with many runs at once, straight into its tables.

    STUDIO_DATA_DIR=/tmp/big python -m tests.bench.fill --runs 100000
    DATABASE_URL=postgres://… python -m tests.bench.fill --runs 100000 --experiments 200
    … --runs 2000 --metric-names 10000 --names-each 200       … --runs 500 --points 10000

The tables are made first (`migrate`). Runs are added to the workspace `default`, in experiments
`bench-<n>`; rows are those that the services would have written, their values made by a seeded
generator. 100,000 runs with 10 params and 5 metrics take well under a minute on SQLite.
"""

import argparse
import os
import time
from dataclasses import fields

from tests.bench.filling.plan import Plan


def fill(plan: Plan) -> list[int]:
    """Add the runs of `plan`; return the keys of their experiments. One transaction."""
    from django.db import transaction

    from tests.bench.filling.runs import Population
    from tests.bench.filling.series import SeriesWriter
    from tests.bench.filling.tables import count_on, settle

    with transaction.atomic():
        population = Population(plan)
        population.write()
        SeriesWriter(population).write()
        tables = ("experiment", "run", "metric", "series")
        count_on(*(f"runs_{table}" for table in tables))
    settle()
    return population.experiment_ids


def set_up() -> None:
    """Start Django on the database that the environment names, with all its tables."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    for field in fields(Plan):
        flag = f"--{field.name.replace('_', '-')}"
        parser.add_argument(flag, type=type(field.default), default=field.default)
    plan = Plan(**vars(parser.parse_args()))
    set_up()
    begun = time.monotonic()
    experiments = fill(plan)
    print(f"{plan.runs:,} runs in {len(experiments)} experiments: {time.monotonic() - begun:.1f} s")


if __name__ == "__main__":
    main()
