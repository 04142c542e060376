"""Optimizer compare on MNIST against the same experiment in plain NumPy, as textbooks write it."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from statistics import median

import numpy as np

from core.data.mnist import MNIST, find
from core.gallery import GALLERY
from core.gallery.engine import LockstepRun, in_turn, shared_data
from core.gallery.figures import late_loss

RULES = ("SGD", "Momentum", "AdaGrad", "Adam")
STEPS, BATCH, ROUNDS = 2000, 128, 20
BAR = 4.0


class Affine:
    def __init__(self, weights, bias):
        self.weights, self.bias = weights, bias

    def forward(self, x):
        self.x = x
        return np.dot(x, self.weights) + self.bias

    def backward(self, dout):
        self.d_weights = np.dot(self.x.T, dout)
        self.d_bias = np.sum(dout, axis=0)
        return np.dot(dout, self.weights.T)


class Relu:
    def forward(self, x):
        self.mask = x <= 0
        out = x.copy()
        out[self.mask] = 0
        return out

    def backward(self, dout):
        dout[self.mask] = 0
        return dout


class SoftmaxWithLoss:
    def forward(self, x, t):
        x = x - np.max(x, axis=1, keepdims=True)
        self.y = np.exp(x) / np.sum(np.exp(x), axis=1, keepdims=True)
        self.t = t
        return -np.sum(np.log(self.y[np.arange(len(t)), t] + 1e-7)) / len(t)

    def backward(self):
        dx = self.y.copy()
        dx[np.arange(len(self.t)), self.t] -= 1
        return dx / len(self.t)


class MultiLayerNet:
    """Parameters in a dict by name, one object a layer, weights (fan_in, fan_out) in float64."""

    def __init__(self, sizes, rng, weight_decay=0.0):
        self.params = {}
        self.layers = OrderedDict()
        self.depth, self.weight_decay = len(sizes) - 1, weight_decay
        for i, (n, m) in enumerate(pairwise(sizes), 1):
            self.params[f"W{i}"] = np.sqrt(2 / n) * rng.standard_normal((n, m))
            self.params[f"b{i}"] = np.zeros(m)
            self.layers[f"Affine{i}"] = Affine(self.params[f"W{i}"], self.params[f"b{i}"])
            if i < self.depth:
                self.layers[f"Relu{i}"] = Relu()
        self.last = SoftmaxWithLoss()

    def predict(self, x):
        for layer in self.layers.values():
            x = layer.forward(x)
        return x

    def loss(self, x, t):
        decay = 0
        for i in range(1, self.depth + 1):
            decay += 0.5 * self.weight_decay * np.sum(self.params[f"W{i}"] ** 2)
        return self.last.forward(self.predict(x), t) + decay

    def gradient(self, x, t):
        self.loss(x, t)
        dout = self.last.backward()
        for layer in reversed(list(self.layers.values())):
            dout = layer.backward(dout)
        grads = {}
        for i in range(1, self.depth + 1):
            layer = self.layers[f"Affine{i}"]
            grads[f"W{i}"] = layer.d_weights + self.weight_decay * layer.weights
            grads[f"b{i}"] = layer.d_bias
        return grads


class SGD:
    def __init__(self, lr=0.01):
        self.lr = lr

    def update(self, params, grads):
        for key in params:
            params[key] -= self.lr * grads[key]


class Momentum:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr, self.momentum, self.v = lr, momentum, None

    def update(self, params, grads):
        if self.v is None:
            self.v = {key: np.zeros_like(value) for key, value in params.items()}
        for key in params:
            self.v[key] = self.momentum * self.v[key] - self.lr * grads[key]
            params[key] += self.v[key]


class AdaGrad:
    def __init__(self, lr=0.01):
        self.lr, self.h = lr, None

    def update(self, params, grads):
        if self.h is None:
            self.h = {key: np.zeros_like(value) for key, value in params.items()}
        for key in params:
            self.h[key] += grads[key] * grads[key]
            params[key] -= self.lr * grads[key] / (np.sqrt(self.h[key]) + 1e-7)


class Adam:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999):
        self.lr, self.beta1, self.beta2, self.t, self.m, self.v = lr, beta1, beta2, 0, None, None

    def update(self, params, grads):
        if self.m is None or self.v is None:
            self.m = {key: np.zeros_like(value) for key, value in params.items()}
            self.v = {key: np.zeros_like(value) for key, value in params.items()}
        self.t += 1
        rate = self.lr * np.sqrt(1 - self.beta2**self.t) / (1 - self.beta1**self.t)
        for key in params:
            self.m[key] += (1 - self.beta1) * (grads[key] - self.m[key])
            self.v[key] += (1 - self.beta2) * (grads[key] ** 2 - self.v[key])
            params[key] -= rate * self.m[key] / (np.sqrt(self.v[key]) + 1e-7)


class Textbook:
    """All four nets, trained on the same batches, with the loss of every step."""

    def __init__(self, x: np.ndarray, t: np.ndarray) -> None:
        self.x, self.t, self.rng = x, t, np.random.default_rng(1)
        self.optimizers = {"SGD": SGD(), "Momentum": Momentum(), "AdaGrad": AdaGrad()}
        self.optimizers["Adam"] = Adam()
        self.nets = {key: MultiLayerNet([784, *[100] * 4, 10], self.rng) for key in RULES}
        self.losses: dict[str, list[float]] = {key: [] for key in RULES}

    def train(self, steps: int) -> None:
        for _ in range(steps):
            rows = self.rng.choice(len(self.x), BATCH)
            x_batch, t_batch = self.x[rows], self.t[rows]
            for key, optimizer in self.optimizers.items():
                grads = self.nets[key].gradient(x_batch, t_batch)
                optimizer.update(self.nets[key].params, grads)
                self.losses[key].append(self.nets[key].loss(x_batch, t_batch))


def runs_in_step() -> list[LockstepRun]:
    """The same four as the gallery trains them, with loss and accuracy of every step."""
    plan = GALLERY["optimizer_compare"].plans["mnist"]
    variants = [each for each in plan.variants if each.label in RULES]
    specs = [replace(each.spec, seed=1) for each in variants]
    common = shared_data(specs[0])
    return [
        LockstepRun(each, spec, plan, common) for each, spec in zip(variants, specs, strict=True)
    ]


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main() -> None:
    print("Gallery: optimizer compare on MNIST, 784-100×4-10, batch 128, 4 × 2000 steps, one BLAS")
    print(f"thread; {ROUNDS} rounds in turn. Training with its losses, without reading the data")
    if find("mnist") is None:
        print("MNIST is not on this computer: not measured")
        return
    samples = MNIST().samples(np.random.default_rng(0))
    # Textbooks load pictures as float32 and compute in float64.
    textbook = Textbook(samples.inputs, samples.targets.argmax(axis=1))
    running, times = runs_in_step(), []
    for done in range(1, ROUNDS + 1):
        ours = seconds(lambda share=done / ROUNDS: in_turn(running, share))
        times.append((ours, seconds(lambda: textbook.train(STEPS // ROUNDS))))
    ratio = median(theirs / ours for ours, theirs in times)
    ours, theirs = map(sum, zip(*times, strict=True))
    print(f"ours {ours:.2f} s, textbook {theirs:.2f} s; median of the rounds: ", end="")
    print(f"{ratio:.2f} times as fast ≥ {BAR:g}" + ("" if ratio >= BAR else " ✗"))
    for key, run in zip(RULES, running, strict=True):
        late, theirs = late_loss(run.outcome()), np.mean(textbook.losses[key][-100:])
        print(f"  {key:10} loss at the end {late:.4f}, textbook {theirs:.4f}")
