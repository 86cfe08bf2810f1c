"""Finds the lowest point of a valley by gradient descent, and logs with nothing but plain `mlflow`.

Nothing here knows of the studio: where the script is submitted, `mlflow` finds the run by itself.

    studio run submit-script -e valley with_mlflow.py --rate 0.1
"""

import argparse
import time

import mlflow


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=float, default=0.1)
    parser.add_argument("--steps", type=int, default=40)
    given = parser.parse_args()
    x, y = 3.0, 1.0
    with mlflow.start_run():
        mlflow.log_params(vars(given))
        for step in range(1, given.steps + 1):
            x, y = x - given.rate * 2 * x, y - given.rate * 6 * y
            height = x * x + 3 * y * y
            mlflow.log_metrics({"height": height, "distance": (x * x + y * y) ** 0.5}, step=step)
            time.sleep(0.1)
        mlflow.set_tag("lowest", f"{height:.2e}")
        mlflow.log_text(f"{x} {y}\n", "lowest_point.txt")
    print(f"After {given.steps} steps at a height of {height:.2e}, by mlflow {mlflow.__version__}")


if __name__ == "__main__":
    main()
