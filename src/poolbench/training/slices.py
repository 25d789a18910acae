"""Split a batch into slices: small enough for the processor's cache, and for several threads.

The loss of a batch is a mean over pictures, so its gradient is the sum over slices, as long as a
picture's logits do not depend on its company. One thread computes a slice, and slices are added in
their order: the result is the same to the last bit however many threads share the work.
"""

import copy
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from poolbench.config import Precision
from poolbench.training.precision import DTYPES
from poolbench.training.seeds import forked_globals, repr_globals

# Bytes of the largest feature map of a slice. A few times a core's own cache: smaller slices cost
# more in starting work than they save (docs/speed.md has the measurements).
SLICE_BYTES = 4 << 20
# Relative and absolute tolerance within which, in float64, a picture's logits are the same in other
# company.
TOLERANCE = 1e-9

Item = TypeVar("Item")
Result = TypeVar("Result")


class Lanes:
    """Threads that share the slices of a batch; a context manager."""

    def __init__(self, count: int = 1) -> None:
        self.count = count
        self._pool = ThreadPoolExecutor(count, "lane", _set_up_thread) if count > 1 else None

    def __enter__(self) -> "Lanes":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """End the threads."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def map(self, function: Callable[[Item], Result], items: Sequence[Item]) -> Iterable[Result]:
        """Return the results in the order of the items."""
        if self._pool is None or len(items) == 1:
            return map(function, items)
        return self._pool.map(function, items)


def _set_up_thread() -> None:
    # Both settings hold for one thread alone.
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)


def split_range(count: int, size: int) -> list[slice]:
    """Split ``count`` positions into slices of about equal length, at most ``size``; 0: into one.

    Example:
        >>> split_range(10, 4)
        [slice(0, 4, None), slice(4, 7, None), slice(7, 10, None)]
    """
    number = -(-count // size) if size else 1
    short, longer = divmod(count, number)
    ends = [short * k + min(k, longer) for k in range(number + 1)]
    return [slice(start, stop) for start, stop in itertools.pairwise(ends)]


def choose_slice_size(body: nn.Module, image_size: tuple[int, int], precision: Precision) -> int:
    """Return how many pictures a slice has, or 0 where a batch has to stay whole.

    The network decides it, and nothing of the machine. A batch stays whole on any device but a
    processor, and where a picture's logits depend on the others of its batch (batch
    normalisation) or on random numbers (dropout).
    """
    if next(body.parameters()).device.type != "cpu":
        return 0
    twin = copy.deepcopy(body).double().train()
    images = draw_noise(image_size)
    largest = 0

    def measure(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        nonlocal largest
        largest = max(largest, output.numel() // len(images))

    try:
        with (
            torch.random.fork_rng(devices=[]),
            forked_globals(),
            _hook(twin, measure),
            torch.no_grad(),
        ):
            alone = _is_alone(twin, images)
    except Exception:  # Whatever it is, training will meet it and tell it.
        return 0
    return max(1, SLICE_BYTES // (largest * DTYPES[precision].itemsize)) if alone else 0


def _is_alone(network: nn.Module, images: Tensor) -> bool:
    """Return whether a picture gives the same logits in other company and leaves nothing behind."""
    state = {name: value.clone() for name, value in network.state_dict().items()}
    random_state, globals_state = torch.get_rng_state(), repr_globals()
    together = network(images)
    apart = torch.cat([network(images[:1]), network(images[1:])])
    return (
        torch.equal(torch.get_rng_state(), random_state)
        and repr_globals() == globals_state
        and all(torch.equal(value, state[name]) for name, value in network.state_dict().items())
        and torch.allclose(together, apart, rtol=TOLERANCE, atol=TOLERANCE)
    )


def draw_noise(image_size: tuple[int, int]) -> Tensor:
    """Draw three pictures of noise, the same every time: float64 ``[3, 3, H, W]``."""
    generator = torch.Generator().manual_seed(0)
    return torch.randn(3, 3, *image_size, dtype=torch.float64, generator=generator)


@contextmanager
def _hook(network: nn.Module, hook: Callable[..., None]) -> Iterator[None]:
    handles: list[RemovableHandle] = [
        module.register_forward_hook(hook) for module in network.modules()
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
