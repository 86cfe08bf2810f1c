"""Ridge regression by gradient descent: how much should large weights cost?"""

import argparse
import time

import numpy as np
import tracking


def make_data(seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Rows of which few features matter: learned by heart without a penalty."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(120, 40))
    weights = np.where(np.arange(40) < 5, random.normal(size=40) * 3, 0.0)
    y = x @ weights + random.normal(size=120) * 2
    return x[:60], y[:60], x[60:], y[60:]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--alpha", type=float, default=1.0)
    parser.add_argument("--lr", type=float, default=0.05)
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--pause", type=float, default=0.1, help="seconds between epochs")
    given = parser.parse_args()
    tracking.log_params(model="ridge", **vars(given))
    x, y, x_test, y_test = make_data()
    weights = np.zeros(x.shape[1])
    for epoch in range(1, given.epochs + 1):
        slope = x.T @ (x @ weights - y) / len(y) + given.alpha * weights / len(y)
        weights -= given.lr * slope
        mse = float(np.mean((x_test @ weights - y_test) ** 2))
        tracking.log_metrics(epoch, mse=mse, weight=float(np.abs(weights).mean()))
        if epoch % 10 == 0 or given.pause >= 1:
            print(f"epoch {epoch:3} of {given.epochs}: mse {mse:.3f}", flush=True)
        time.sleep(given.pause)
    print(f"alpha {given.alpha:g} ends with mse {mse:.3f}")


if __name__ == "__main__":
    main()
