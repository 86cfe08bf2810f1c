"""An automatic search with Optuna: the search is a run, each trial is a child run.

    STUDIO_URL=http://127.0.0.1:8000 python search.py --trials 20

Needs optuna and scikit-learn. `RunDetails(run).show()` in a notebook shows the trials, the best so
far and how the parameters go together.
"""

import argparse
from typing import Any

import optuna
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from studio.sdk import Experiment, Workspace

DATA = load_digits(return_X_y=True)


def try_out(trial: optuna.Trial, parent: Any) -> float:
    """Train with what the trial proposes; log it to a child run."""
    chosen = {
        "C": trial.suggest_float("C", 1e-4, 10.0, log=True),
        "solver": trial.suggest_categorical("solver", ["lbfgs", "newton-cg"]),
    }
    with parent.child_run(name=f"trial {trial.number}") as child:
        child.set_tags(chosen)
        for name, value in chosen.items():
            if isinstance(value, float):
                child.log(name, value)
        model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=30, **chosen))
        x, y = DATA
        accuracy = float(cross_val_score(model, x[:600], y[:600], cv=3).mean())
        child.log("accuracy", accuracy)
    return accuracy


def search(experiment: Experiment, trials: int) -> Any:
    """Search, and return the run of the search."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    with experiment.start_logging(name="search for C") as parent:
        parent.add_properties({"primary_metric": "accuracy", "primary_metric_goal": "maximize"})
        study = optuna.create_study(
            direction="maximize", sampler=optuna.samplers.TPESampler(seed=0)
        )
        study.optimize(lambda trial: try_out(trial, parent), n_trials=trials)
        parent.log("best accuracy", study.best_value)
        parent.set_tags(study.best_params)
    return parent


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--trials", type=int, default=20)
    run = search(Experiment(Workspace.from_config(), "search"), parser.parse_args().trials)
    print(f"{run.get_status()}, best {run.get_metrics()['best accuracy']:.3f}")
    print(run.get_portal_url())
