"""Keras 3 on JAX.

- ``defaults``: ``model.fit`` on arrays, as the introductions do it: accuracy as a metric, progress
  bar on.
- ``tuned-PRECISION``: no progress bar, no metric, an epoch's steps handed over in one go, the model
  compiled once and set back for each seed. Keras computes in channels-last anyway.
"""

import os

os.environ["KERAS_BACKEND"] = "jax"
os.environ.setdefault("JAX_PLATFORMS", "cpu")

import keras
import numpy as np
from keras import layers

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


def run(problem: Problem, setting: str) -> Trainings:
    """Train once for each seed."""
    tuned = setting != "defaults"
    if setting.endswith("bfloat16"):
        keras.config.set_dtype_policy("mixed_bfloat16")
    images = problem.images.astype(np.float32)
    steps = -(-len(images) // BATCH_SIZE)
    clock, accuracies, model = EpochClock(), [], None
    for seed in problem.seeds:
        clock.start()
        keras.utils.set_random_seed(seed)
        if model is None or not tuned:
            model = build_model(problem.network)
            model.compile(
                optimizer=keras.optimizers.SGD(LEARNING_RATE, momentum=MOMENTUM),
                loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
                metrics=[] if tuned else ["accuracy"],
                steps_per_execution=steps if tuned else 1,
            )
        else:
            reset_model(model, problem.network)
        model.fit(
            images,
            problem.labels,
            batch_size=BATCH_SIZE,
            epochs=problem.epochs,
            verbose=0 if tuned else "auto",
            callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: clock.lap())],
        )
        clock.stop()
        accuracies.append(compute_accuracy(model, problem))
    return clock.collect(accuracies)


def build_model(network: str) -> keras.Model:
    """One of the three published networks."""
    pools = {
        "stride": [],
        "max": [layers.MaxPooling2D(STRIDE)],
        "avg": [layers.AveragePooling2D(STRIDE)],
    }
    return keras.Sequential(
        [
            layers.Input((32, 32, 3)),
            layers.Normalization(mean=MEAN, variance=[value**2 for value in SD]),
            # A strided convolution with "same" pads more on the right; PyTorch's pads alike.
            layers.ZeroPadding2D(2),
            layers.Conv2D(
                32,
                5,
                strides=STRIDE if network == "stride" else 1,
                activation="relu",
                **make_initializers(5 * 5 * 3),
            ),
            layers.Conv2D(
                64, 3, padding="same", activation="relu", **make_initializers(3 * 3 * 32)
            ),
            *pools[network],
            layers.Flatten(),
            layers.Dense(NUM_CLASSES, dtype="float32", **make_initializers(64 * 8 * 8)),
        ]
    )


def make_initializers(inputs: int) -> dict[str, keras.Initializer]:
    """PyTorch's first values: weights and biases uniform within 1 / sqrt(inputs)."""
    bound = inputs**-0.5
    return {
        name: keras.initializers.RandomUniform(-bound, bound)
        for name in ("kernel_initializer", "bias_initializer")
    }


def reset_model(model: keras.Model, network: str) -> None:
    """New first values, the optimizer forgets; the compiled step is kept."""
    model.set_weights(build_model(network).get_weights())
    for variable in model.optimizer.variables:
        if variable is not model.optimizer.learning_rate:
            variable.assign(np.zeros(variable.shape, variable.dtype))


def compute_accuracy(model: keras.Model, problem: Problem) -> float:
    """Share of the test pictures that are right."""
    logits = model.predict(problem.test_images.astype(np.float32), verbose=0)
    return float(np.mean(np.argmax(logits, -1) == problem.test_labels))
