"""A small neural network, by hand."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np


class Network:
    """Dense layers with tanh or relu between them; softmax at the end, or nothing (regression)."""

    def __init__(
        self, sizes: list[int], activation: str = "tanh", is_classifier: bool = True, seed: int = 0
    ) -> None:
        random = np.random.default_rng(seed)
        self.activation = activation
        self.is_classifier = is_classifier
        self.weights: list[np.ndarray] = []
        for inputs, outputs in pairwise(sizes):
            self.weights.append(random.normal(0, (2 / inputs) ** 0.5, (inputs, outputs)))
            self.weights.append(np.zeros(outputs))

    def forward(self, x: np.ndarray) -> list[np.ndarray]:
        """Return the output of every layer, the input first."""
        layers = [x]
        for index in range(0, len(self.weights), 2):
            z = layers[-1] @ self.weights[index] + self.weights[index + 1]
            is_last = index + 2 == len(self.weights)
            layers.append(self.finish(z) if is_last else self.bend(z))
        return layers

    def bend(self, z: np.ndarray) -> np.ndarray:
        return np.tanh(z) if self.activation == "tanh" else np.maximum(z, 0)

    def slope(self, a: np.ndarray) -> np.ndarray:
        return 1 - a**2 if self.activation == "tanh" else (a > 0).astype(a.dtype)

    def finish(self, z: np.ndarray) -> np.ndarray:
        if not self.is_classifier:
            return z
        powers = np.exp(z - z.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    def gradients(self, x: np.ndarray, target: np.ndarray) -> tuple[float, list[np.ndarray]]:
        """Return the loss and its slope by every weight. `target` is one-hot for a classifier."""
        layers = self.forward(x)
        # The same for softmax with cross-entropy and for half of the squared error.
        delta = (layers[-1] - target) / len(x)
        slopes: list[np.ndarray] = []
        for index in range(len(self.weights) - 2, -1, -2):
            a = layers[index // 2]
            slopes = [a.T @ delta, delta.sum(axis=0), *slopes]
            if index:
                delta = (delta @ self.weights[index].T) * self.slope(a)
        return self.loss(layers[-1], target), slopes

    def loss(self, output: np.ndarray, target: np.ndarray) -> float:
        if self.is_classifier:
            return float(-np.log((output * target).sum(axis=1) + 1e-12).mean())
        return float(((output - target) ** 2).mean() / 2)

    def predict(self, x: np.ndarray) -> np.ndarray:
        return self.forward(x)[-1]


class Optimizer:
    """Plain gradient descent, with momentum, or Adam."""

    def __init__(self, kind: str, learning_rate: float) -> None:
        self.kind = kind
        self.learning_rate = learning_rate
        self.steps = 0
        self.first: list[np.ndarray] = []
        self.second: list[np.ndarray] = []

    def update(self, weights: list[np.ndarray], slopes: list[np.ndarray]) -> None:
        self.steps += 1
        if not self.first:
            self.first = [np.zeros_like(weight) for weight in weights]
            self.second = [np.zeros_like(weight) for weight in weights]
        for index, slope in enumerate(slopes):
            weights[index] -= self.learning_rate * self.direction(index, slope)

    def direction(self, index: int, slope: np.ndarray) -> np.ndarray:
        if self.kind == "sgd":
            return slope
        self.first[index] = 0.9 * self.first[index] + (0.1 if self.kind == "adam" else 1) * slope
        if self.kind == "momentum":
            return self.first[index]
        self.second[index] = 0.999 * self.second[index] + 0.001 * slope**2
        mean = self.first[index] / (1 - 0.9**self.steps)
        spread = self.second[index] / (1 - 0.999**self.steps)
        return mean / (np.sqrt(spread) + 1e-8)


def batches(x: np.ndarray, y: np.ndarray, size: int, seed: int) -> Iterator[tuple]:
    """Draw batches of rows for ever."""
    random = np.random.default_rng(seed)
    while True:
        chosen = random.integers(0, len(x), size)
        yield x[chosen], y[chosen]


def accuracy(output: np.ndarray, target: np.ndarray) -> float:
    return float((output.argmax(axis=1) == target.argmax(axis=1)).mean())
