"""Learns handwritten digits with scikit-learn, epoch by epoch, and keeps the model.

    studio run submit-script -e digits digits.py --alpha 0.001

Needs scikit-learn in the environment of the run.
"""

import argparse
from pathlib import Path

import joblib
import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split

from studio.sdk import Run


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--alpha", type=float, default=0.001)
    parser.add_argument("--epochs", type=int, default=20)
    given = parser.parse_args()
    run = Run.get_context()
    run.log_params({"model": "logistic regression", **vars(given)})
    images, digits = load_digits(return_X_y=True)
    x, x_test, y, y_test = train_test_split(images / 16, digits, test_size=0.25, random_state=0)
    model = SGDClassifier(loss="log_loss", alpha=given.alpha, random_state=0)
    for epoch in range(1, given.epochs + 1):
        model.partial_fit(x, y, classes=np.unique(digits))
        accuracy = model.score(x_test, y_test)
        run.log("accuracy", accuracy, step=epoch)
        run.log("loss", log_loss(y_test, model.predict_proba(x_test)), step=epoch)
        print(f"epoch {epoch:2} of {given.epochs}: accuracy {accuracy:.3f}", flush=True)
    Path("outputs").mkdir(exist_ok=True)
    joblib.dump(model, "outputs/digits.joblib")


if __name__ == "__main__":
    main()
