"""Small data sets, made on the spot. Each returns (x, y) for training, then for validation."""

import numpy as np

Split = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def spirals(noise: float = 0.3, rows: int = 3000, seed: int = 1) -> Split:
    """Three arms of a spiral in the plane; y is one-hot."""
    random = np.random.default_rng(seed)
    arm = random.integers(0, 3, rows)
    radius = random.uniform(0.05, 1, rows)
    angle = 4.2 * radius + arm * 2 * np.pi / 3 + random.normal(0, noise, rows)
    x = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    return split(x, np.eye(3)[arm])


def blobs(rows: int = 4000, seed: int = 2) -> Split:
    """Five overlapping clouds in ten dimensions; y is one-hot."""
    random = np.random.default_rng(seed)
    centres = random.normal(0, 1.1, (5, 10))
    group = random.integers(0, 5, rows)
    x = centres[group] + random.normal(0, 1.2, (rows, 10))
    return split(x, np.eye(5)[group])


def wave(rows: int = 1200, noise: float = 0.12, seed: int = 3) -> Split:
    """A sine whose frequency rises, with noise: regression, one column each."""
    random = np.random.default_rng(seed)
    x = random.uniform(-1, 1, (rows, 1))
    y = np.sin(4 * (x + 1.2) ** 2) + random.normal(0, noise, (rows, 1))
    return split(x, y)


def split(x: np.ndarray, y: np.ndarray) -> Split:
    cut = len(x) * 3 // 4
    return x[:cut], y[:cut], x[cut:], y[cut:]
