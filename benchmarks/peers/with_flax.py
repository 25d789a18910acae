"""Flax (linen) and optax.

- ``defaults``: as Flax's MNIST example does it: batches indexed from NumPy arrays, one compiled
  function for gradients and one for the update, metrics of each batch kept.
- ``tuned-CONVOLUTION-MODE-PRECISION``: pictures on the device, one compiled step for all, nothing
  kept of a batch, pooling by reshaping. ``conv``: XLA's convolution, whose gradient for the weights
  is slow on a CPU; ``patches``: a matrix product of shifted copies. ``step``: one training after
  the other; ``vmap``: all seeds at once.

There is no setting with a whole epoch in ``jax.lax.scan``: on a CPU, XLA runs what is in a loop
without its fast convolutions (26 times as long, measured on ``stride``).
"""

import os

os.environ.setdefault("JAX_PLATFORMS", "cpu")

from functools import partial
from operator import itemgetter
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import linen as nn
from flax.training.train_state import TrainState
from jax import Array

from benchmarks.peers.problem import (
    BATCH_SIZE,
    LEARNING_RATE,
    MEAN,
    MOMENTUM,
    NUM_CLASSES,
    SD,
    STRIDE,
    EpochClock,
    Problem,
    Trainings,
)

# PyTorch's first values: weights and biases uniform within 1 / sqrt(inputs).
KERNEL_INIT = nn.initializers.variance_scaling(1 / 3, "fan_in", "uniform")


def init_bias(inputs: int) -> Any:
    """PyTorch's first biases of a layer with so many inputs."""
    bound = inputs**-0.5
    return lambda key, shape, dtype: jax.random.uniform(key, shape, dtype, -bound, bound)


def convolve_patches(images: Array, kernel: Array, strides: Any, padding: Any, **_: Any) -> Array:
    """A convolution as one matrix product; takes the place of XLA's in ``nn.Conv``."""
    padded = jnp.pad(images, ((0, 0), *padding, (0, 0)))
    rows, columns = kernel.shape[:2]
    bottom, right = padded.shape[1] - rows + 1, padded.shape[2] - columns + 1
    patches = [
        padded[:, row : row + bottom : strides[0], column : column + right : strides[1]]
        for row in range(rows)
        for column in range(columns)
    ]
    return jnp.concatenate(patches, -1) @ kernel.reshape(-1, kernel.shape[-1])


class Network(nn.Module):
    """One of the three published networks; see above for ``tuned`` and ``patches``."""

    network: str
    dtype: Any = jnp.float32
    tuned: bool = False
    patches: bool = False

    @nn.compact
    def __call__(self, x: Array) -> Array:
        conv = partial(nn.Conv, kernel_init=KERNEL_INIT, dtype=self.dtype)
        if self.patches:
            conv = partial(conv, conv_general_dilated=convolve_patches)
        x = (x - jnp.array(MEAN)) / jnp.array(SD)
        stride = STRIDE if self.network == "stride" else 1
        x = conv(32, (5, 5), (stride, stride), padding=2, bias_init=init_bias(5 * 5 * 3))(x)
        x = nn.relu(x)
        x = conv(64, (3, 3), padding=1, bias_init=init_bias(3 * 3 * 32))(x)
        x = nn.relu(x)
        if self.network != "stride":
            x = self.pool(x)
        x = x.reshape(len(x), -1)
        bias_init = init_bias(64 * 8 * 8)
        x = nn.Dense(NUM_CLASSES, kernel_init=KERNEL_INIT, bias_init=bias_init, dtype=self.dtype)(x)
        return x.astype(jnp.float32)

    def pool(self, x: Array) -> Array:
        """Maximum or mean of each square of pixels."""
        if self.tuned:
            size, height, width, channels = x.shape
            x = x.reshape(size, height // STRIDE, STRIDE, width // STRIDE, STRIDE, channels)
            return x.max((2, 4)) if self.network == "max" else x.mean((2, 4))
        pool = nn.max_pool if self.network == "max" else nn.avg_pool
        return pool(x, (STRIDE, STRIDE), (STRIDE, STRIDE))


def make_state(network: Network, key: Array) -> TrainState:
    """First values and an optimizer."""
    params = network.init(key, jnp.zeros((1, 32, 32, 3)))["params"]
    sgd = optax.sgd(LEARNING_RATE, MOMENTUM)
    return TrainState.create(apply_fn=network.apply, params=params, tx=sgd)


def compute_loss(params: Any, state: TrainState, images: Array, labels: Array) -> Any:
    """Mean cross-entropy, and the logits."""
    logits = state.apply_fn({"params": params}, images)
    return optax.softmax_cross_entropy_with_integer_labels(logits, labels).mean(), logits


def run(problem: Problem, setting: str) -> Trainings:
    """Train once for each seed, or all seeds at once."""
    if setting == "defaults":
        return run_defaults(problem)
    _, convolution, mode, precision = setting.split("-")
    network = Network(problem.network, jnp.dtype(precision), True, convolution == "patches")
    return run_tuned(problem, network, at_once=len(problem.seeds) if mode == "vmap" else None)


@jax.jit
def compute_gradients(state: TrainState, images: Array, labels: Array) -> Any:
    """Gradients, loss and accuracy of a batch."""
    compute = jax.value_and_grad(compute_loss, has_aux=True)
    (loss, logits), gradients = compute(state.params, state, images, labels)
    return gradients, loss, jnp.mean(jnp.argmax(logits, -1) == labels)


@jax.jit
def update(state: TrainState, gradients: Any) -> TrainState:
    """One step of the optimizer."""
    return state.apply_gradients(grads=gradients)


def run_defaults(problem: Problem) -> Trainings:
    """The loop of Flax's example, with the last, smaller batch."""
    network = Network(problem.network)
    images, labels = problem.images.astype(np.float32), problem.labels.astype(np.int32)
    clock, accuracies = EpochClock(), []
    for seed in problem.seeds:
        clock.start()
        key, first = jax.random.split(jax.random.key(seed))
        state = make_state(network, first)
        for _ in range(problem.epochs):
            key, order = jax.random.split(key)
            permutation = np.asarray(jax.random.permutation(order, len(labels)))
            metrics = []
            for start in range(0, len(labels), BATCH_SIZE):
                index = permutation[start : start + BATCH_SIZE]
                gradients, loss, accuracy = compute_gradients(state, images[index], labels[index])
                state = update(state, gradients)
                metrics.append((loss, accuracy))
            np.mean(metrics, axis=0)
            jax.block_until_ready(state)
            clock.lap()
        clock.stop()
        accuracies.append(compute_accuracy(problem, state.params))
    return clock.collect(accuracies)


def run_tuned(problem: Problem, network: Network, *, at_once: int | None) -> Trainings:
    """One after the other, or some at once."""
    images, labels = jnp.asarray(problem.images), jnp.asarray(problem.labels, jnp.int32)
    init, draw, run_step = make_functions(network, images, labels, batched=at_once is not None)
    clock, accuracies = EpochClock(), []
    for first in range(0, len(problem.seeds), at_once or 1):
        clock.start()
        keys = jnp.stack([jax.random.key(seed) for seed in problem.seeds[first:][: at_once or 1]])
        keys = keys if at_once else keys[0]
        state = init(keys)
        for epoch in range(problem.epochs):
            order = draw(keys, epoch)
            for start in range(0, len(labels), BATCH_SIZE):
                state = run_step(state, order[..., start : start + BATCH_SIZE])
            jax.block_until_ready(state)
            clock.lap()
        clock.stop()
        for number in range(at_once or 1):
            params = jax.tree.map(itemgetter(number), state.params) if at_once else state.params
            accuracies.append(compute_accuracy(problem, params))
    return clock.collect(accuracies, at_once=at_once or 1)


def make_functions(network: Network, images: Array, labels: Array, *, batched: bool) -> Any:
    """Compiled: first values, an order of the pictures, a step; each for one seed or for all."""

    def init(key: Array) -> TrainState:
        return make_state(network, key)

    def draw(key: Array, epoch: int) -> Array:
        return jax.random.permutation(jax.random.fold_in(key, epoch), len(labels))

    def run_step(state: TrainState, index: Array) -> TrainState:
        batch = images[index].astype(jnp.float32)
        gradients, _ = jax.grad(compute_loss, has_aux=True)(
            state.params, state, batch, labels[index]
        )
        return state.apply_gradients(grads=gradients)

    if batched:
        init, run_step = jax.vmap(init), jax.vmap(run_step)
        draw = jax.vmap(draw, in_axes=(0, None))
    return jax.jit(init), jax.jit(draw), jax.jit(run_step, donate_argnums=0)


def compute_accuracy(problem: Problem, params: Any) -> float:
    """Share of the test pictures that are right, in float32."""
    network = Network(problem.network)
    logits = network.apply({"params": params}, problem.test_images.astype(np.float32))
    return float(np.mean(np.argmax(logits, -1) == problem.test_labels))
