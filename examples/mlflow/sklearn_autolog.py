"""scikit-learn with autologging: parameters, metrics, the model and its files, without a log call.

Needs `pip install mlflow scikit-learn`. Say where the studio is, then start it:

    MLFLOW_TRACKING_URI=http://127.0.0.1:8000 python examples/mlflow/sklearn_autolog.py
"""

import importlib.util
import sys

PACKAGES = {"mlflow": "mlflow", "sklearn": "scikit-learn"}
MISSING = [package for name, package in PACKAGES.items() if importlib.util.find_spec(name) is None]
if MISSING:
    sys.exit(f"Skipped: this example needs {', '.join(MISSING)}. pip install {' '.join(MISSING)}")

import mlflow  # noqa: E402  (only where it is installed)
from sklearn.datasets import load_breast_cancer  # noqa: E402  (as above)
from sklearn.linear_model import LogisticRegression  # noqa: E402  (as above)
from sklearn.model_selection import GridSearchCV, train_test_split  # noqa: E402  (as above)
from sklearn.pipeline import make_pipeline  # noqa: E402  (as above)
from sklearn.preprocessing import StandardScaler  # noqa: E402  (as above)


def main() -> None:
    mlflow.set_experiment("examples/scikit-learn")
    mlflow.autolog()
    x, y = load_breast_cancer(return_X_y=True)
    x_train, x_test, y_train, y_test = train_test_split(x, y, random_state=0)

    with mlflow.start_run(run_name="one fit") as run:
        model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))
        model.fit(x_train, y_train)
        print("accuracy:", model.score(x_test, y_test))
    with mlflow.start_run(run_name="grid search"):
        search = GridSearchCV(LogisticRegression(max_iter=5000), {"C": [0.1, 1.0, 10.0]})
        search.fit(StandardScaler().fit_transform(x_train), y_train)
        print("best C:", search.best_params_["C"])

    logged = mlflow.get_run(run.info.run_id).data
    print(f"{len(logged.params)} parameters, {len(logged.metrics)} metrics:")
    for name, value in sorted(logged.metrics.items()):
        print(f"  {name} = {value:.4f}")


if __name__ == "__main__":
    main()
