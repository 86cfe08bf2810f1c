"""Tries strengths of Ridge regression; logs each with its error, and keeps each model.

    studio run submit-script -c sklearn -e digits train.py

By itself (`python train.py`) it prints what it would log. Needs scikit-learn.
"""

import os

import joblib
from mylib import get_alphas
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_squared_error
from sklearn.model_selection import train_test_split

from studio.sdk import Run


def main() -> None:
    run = Run.get_context()
    os.makedirs("outputs", exist_ok=True)
    x, y = load_diabetes(return_X_y=True)
    x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.2, random_state=0)
    for alpha in get_alphas():
        model = Ridge(alpha=alpha).fit(x_train, y_train)
        error = mean_squared_error(y_test, model.predict(x_test))
        run.log("alpha", alpha)
        run.log("mse", error)
        joblib.dump(model, f"outputs/ridge_{alpha:.2f}.pkl")
        print(f"alpha {alpha:.2f}, mse {error:.2f}")


if __name__ == "__main__":
    main()
