"""Run the steps of a stack: one network for all members, recorded once and replayed as a whole.

A step of a small network is some hundred short kernels, and a processor takes longer to start them
one by one than a CUDA device takes to run them. A recording (a CUDA graph) starts them all at once.
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Any, Literal

import torch
import torch.nn.functional as F
from torch import Tensor, cuda, nn
from torch.func import functional_call, stack_module_state, vmap
from torch.overrides import TorchFunctionMode

from poolbench.data.draws import Draws
from poolbench.models.rewrite import TrainingForm
from poolbench.training.average import MovingAverage
from poolbench.training.engine import add_gradients
from poolbench.training.losses import compute_losses
from poolbench.training.optimizers import build_optimizer
from poolbench.training.pictures import Pictures, Targets, take_mixed
from poolbench.training.precision import DTYPES, autocast
from poolbench.training.schedule import Schedule
from poolbench.training.unfold import unfold_conv2d

# How the convolutions of all members are computed: as one with a group of channels for each member,
# or as a batch of matrix products with unfolded maps.
Convolution = Literal["grouped", "unfolded"]
CONVOLUTIONS: tuple[Convolution, ...] = ("grouped", "unfolded")

# Calls before a recording, as in PyTorch's notes on CUDA graphs: what is set up lazily is set up by
# then.
WARM_UPS = 3

Inputs = tuple[Tensor | None, ...]
Outputs = tuple[Tensor, ...]
Function = Callable[..., Outputs]

# Graphs whose recording failed: before PyTorch 2.12 the allocator goes on asking them (pull request
# 180395 there), so they stay alive.
_FAILED: list[object] = []


class StackEngine:
    """Runs the steps of the trainings of a stack; the networks of ``forms`` are only copied.

    ``T`` is the number of members, ``B`` that of the pictures that each of them takes.

    Args:
        pictures: The pictures that all members are trained on.
        watched: The pictures that :meth:`evaluate` takes, if it is called.
        class_weights: float ``[T, classes]``; ``None``: all classes weigh the same.
    """

    def __init__(
        self,
        forms: Sequence[TrainingForm],
        pictures: Pictures,
        schedule: Schedule,
        *,
        watched: Pictures | None = None,
        class_weights: Tensor | None = None,
        convolution: Convolution = "grouped",
    ) -> None:
        self.network = forms[0].body
        self.pictures = pictures
        self.watched = watched
        self.schedule = schedule
        self.class_weights = class_weights
        self.convolution = convolution
        self.device = pictures.images.device
        parameters, buffers = stack_module_state([form.body.train() for form in forms])
        # Contiguous, so that a group of channels for each member is a view of them.
        self.parameters = {
            name: nn.Parameter(value.detach().contiguous()) for name, value in parameters.items()
        }
        self.buffers: dict[str, Tensor] = {
            name: value.contiguous() for name, value in buffers.items()
        }
        self.optimizer = build_optimizer(list(self.parameters.values()), schedule.recipe)
        followed = [*self.parameters.values(), *self.buffers.values()]
        self.average = MovingAverage(followed) if schedule.recipe.ema_decay else None
        for parameter in self.parameters.values():
            parameter.grad = torch.zeros_like(parameter)
        state = [*followed, *self._start_optimizer()]
        if self.average is not None:
            state += self.average.averages
        self._graphs = Graphs(self.device, state)

    def make_numbers(self, values: Sequence[float]) -> Tensor:
        """Put learning rates and the like on the device, ``[n]``."""
        # On a CUDA device the fused optimizer reads them as float32.
        dtype = torch.float64 if self.device.type == "cpu" else torch.float32
        return torch.tensor(values, dtype=dtype, device=self.device)

    def run_step(
        self, index: Tensor, draws: Draws, lr: Tensor, ema_decay: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Run one step of all members; return loss and accuracy of the batch of each, ``[T]``.

        Args:
            ema_decay: How much of the moving average of the weights is kept, ``[]``.

        Shape:
            index int64 ``[T, B]``, draws ``[T, B, …]``, lr ``[]``
        """
        losses, accuracies = self._graphs.call(
            self.train_batch, index, lr, ema_decay, *draws.values
        )
        return losses, accuracies

    def evaluate(self, index: Tensor) -> tuple[Tensor, Tensor]:
        """Compute each watched picture's loss and whether it is classified correctly.

        Shape:
            int64 ``(T, B) -> (T, B)``, bool ``(T, B)``
        """
        losses, hits = self._graphs.call(self.evaluate_batch, index)
        return losses, hits

    def train_batch(
        self, index: Tensor, lr: Tensor, ema_decay: Tensor, *drawn: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """Do what :meth:`run_step` does, never recorded."""
        self.network.train()
        members, count = index.shape
        draws = _join_members(Draws(*drawn), count)
        images, targets = take_mixed(self.pictures, index.flatten(), draws)
        logits = self._compute_logits(images, members)
        losses = self._compute_losses(logits, targets).mean(1)
        parameters = list(self.parameters.values())
        # The loss of one member does not depend on the parameters of another.
        gradients = torch.autograd.grad(losses.sum(), parameters, allow_unused=True)
        add_gradients(parameters, [gradients])
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        self.optimizer.step()
        if self.average is not None:
            self.average.update(ema_decay)
        hits = logits.argmax(2) == targets.labels.view(members, count)
        return losses.detach(), hits.float().mean(1)

    @torch.no_grad()
    def evaluate_batch(self, index: Tensor) -> tuple[Tensor, Tensor]:
        """Do what :meth:`evaluate` does, never recorded."""
        assert self.watched is not None
        self.network.eval()
        labels = self.watched.labels[index]
        images = self.watched.take(index.flatten())
        with self.averaged():
            logits = self._compute_logits(images, len(index))
        losses = compute_losses(logits.flatten(0, 1), Targets(labels.flatten()))
        return losses.view_as(labels), logits.argmax(2) == labels

    def averaged(self) -> AbstractContextManager[None]:
        """Give the members their averaged weights within the context, if there are any."""
        return nullcontext() if self.average is None else self.average.applied()

    def copy_member(self, number: int) -> dict[str, Tensor]:
        """Return the parameters and buffers of one member that are evaluated, by name."""
        with self.averaged():
            state = {**self.parameters, **self.buffers}
            return {name: value[number].detach().clone() for name, value in state.items()}

    def _start_optimizer(self) -> list[Tensor]:
        """Fill the optimizer's state with zeros, so that the first step is like every other."""
        recipe, kept = self.schedule.recipe, []
        for parameter in self.parameters.values():
            state = self.optimizer.state[parameter]
            if recipe.optimizer == "adamw":
                state["step"] = torch.zeros((), device=self.device)
                state["exp_avg"] = torch.zeros_like(parameter)
                state["exp_avg_sq"] = torch.zeros_like(parameter)
            elif recipe.momentum:
                state["momentum_buffer"] = torch.zeros_like(parameter)
            kept += state.values()
        return kept

    def _compute_losses(self, logits: Tensor, targets: Targets) -> Tensor:
        """Compute the losses, ``(T, B, classes) -> (T, B)``."""
        members, count, _ = logits.shape
        weights = self.class_weights
        rows = None if weights is None else weights.repeat_interleave(count, 0)
        smoothing = self.schedule.recipe.label_smoothing
        return compute_losses(logits.flatten(0, 1), targets, smoothing, rows).view(members, count)

    def _compute_logits(self, images: Tensor, members: int) -> Tensor:
        """Compute the logits member by member, ``(T * B, 3, H, W) -> (T, B, classes)``."""

        def run(
            parameters: Mapping[str, Tensor], buffers: Mapping[str, Tensor], images: Tensor
        ) -> Tensor:
            state = {**parameters, **buffers}
            logits: Tensor = functional_call(self.network, state, (images,))
            return logits

        stacked = images.view(members, -1, *images.shape[1:])
        precision = self.schedule.precision
        dtype = None if precision == "float32" else DTYPES[precision]
        with _Layers(self.convolution, dtype), autocast(self.device.type, precision):
            logits: Tensor = vmap(run, randomness="error")(self.parameters, self.buffers, stacked)
        return logits if logits.dtype == torch.float64 else logits.float()


def _join_members(draws: Draws, count: int) -> Draws:
    """Join the draws, ``[T, B, …] -> [T * B, …]``, partners counted over all members."""
    joined = draws.map(lambda value: value.flatten(0, 1))
    if draws.partners is None:
        return joined
    starts = torch.arange(len(draws.partners), device=draws.partners.device) * count
    return replace(joined, partners=(draws.partners + starts[:, None]).flatten())


class _Layers(TorchFunctionMode):
    """Replaces how some layers are computed, whichever module calls them.

    Args:
        dtype: Format of the factors; ``None``: as they come. Autocast does not see these layers,
            only what ``vmap`` makes of them.
    """

    def __init__(self, convolution: Convolution, dtype: torch.dtype | None) -> None:
        super().__init__()
        self.convolution = convolution
        self.dtype = dtype

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        if func is F.conv2d or func is F.linear:
            args = tuple(self._cast(value) for value in args)
            kwargs = {name: self._cast(value) for name, value in kwargs.items()}
        if func is F.batch_norm and args:
            # ``vmap`` takes no maps of another format than that of the statistics, nor, on a CUDA
            # device, such as have their channels last.
            maps = args[0].float() if self.dtype else args[0]
            return func(maps.contiguous(), *args[1:], **kwargs).to(args[0].dtype)
        if func is F.conv2d and self.convolution == "unfolded":
            return unfold_conv2d(*args, **kwargs)
        return func(*args, **kwargs)

    def _cast(self, value: object) -> object:
        return value.to(self.dtype) if isinstance(value, Tensor) and self.dtype else value


@dataclass(frozen=True)
class _Recording:
    """A graph, and the memory that it reads and writes whenever it is replayed."""

    graph: Any
    inputs: Inputs
    outputs: Outputs

    def replay(self, inputs: Inputs) -> Outputs:
        for static, value in zip(self.inputs, inputs, strict=True):
            if static is not None and value is not None:
                static.copy_(value)
        self.graph.replay()
        # Copied, since the next replay, of another graph too, may write to the same memory.
        return tuple(output.clone() for output in self.outputs)


class Graphs:
    """Calls functions of tensors, on a CUDA device by replaying recordings of them.

    The first call with inputs of new shapes makes a recording. A function that cannot be recorded
    (it waits for the device, or copies from the host) is called as it is, as on any other device.
    Whatever a function reads beside its inputs has to stay where it is in memory.

    Args:
        state: All tensors that a function changes; making a recording leaves them as they were.
    """

    def __init__(self, device: torch.device, state: Sequence[Tensor]) -> None:
        self._state = list(state)
        self._records = can_record(device)
        self._recordings: dict[tuple[object, ...], _Recording | None] = {}
        if self._records:
            self._stream: Any = cuda.Stream()  # type: ignore[no-untyped-call]
            # One pool for all graphs: they run one after another, and their outputs are copied at
            # once.
            self._pool = cuda.graph_pool_handle()

    def call(self, function: Function, *inputs: Tensor | None) -> Outputs:
        """Return what ``function`` gives for these inputs.

        Args:
            function: Known by its name, so that a method does not keep its object alive.

        Raises:
            torch.OutOfMemoryError: Also where a recording is what does not fit.
        """
        if not self._records:
            return function(*inputs)
        key = (function.__name__, *(None if value is None else value.shape for value in inputs))
        if key not in self._recordings:
            self._recordings[key] = self._record(function, inputs)
        recording = self._recordings[key]
        return function(*inputs) if recording is None else recording.replay(inputs)

    def _record(self, function: Function, inputs: Inputs) -> _Recording | None:
        static_inputs = tuple(None if value is None else value.clone() for value in inputs)
        self._stream.wait_stream(cuda.current_stream())
        with cuda.stream(self._stream):
            is_recordable = self._warm_up(function, static_inputs)
        cuda.current_stream().wait_stream(self._stream)
        if not is_recordable:
            return None
        graph = cuda.CUDAGraph()
        try:
            # The stream is entered here too, since a recording that fails does not leave it.
            with (
                cuda.stream(self._stream),
                cuda.graph(graph, pool=self._pool, stream=self._stream),
            ):
                outputs = function(*static_inputs)
        except RuntimeError as error:
            _FAILED.append(graph)
            if _is_out_of_memory(error):
                raise torch.OutOfMemoryError(str(error)) from error
            return None
        return _Recording(graph, static_inputs, outputs)

    def _warm_up(self, function: Function, inputs: Inputs) -> bool:
        """Return whether the function never waits for the device; the state stays as it was."""
        before = [value.detach().clone() for value in self._state]
        for _ in range(WARM_UPS):
            function(*inputs)
        is_free = _runs_without_waiting(function, inputs)
        with torch.no_grad():
            for value, old in zip(self._state, before, strict=True):
                value.copy_(old)
        return is_free


def can_record(device: torch.device) -> bool:
    """Return whether the device has graphs."""
    return device.type == "cuda"


def _runs_without_waiting(function: Function, inputs: Inputs) -> bool:
    """Return whether the function never waits for the device."""
    mode = cuda.get_sync_debug_mode()
    with warnings.catch_warnings():
        # torch warns that the mode does not find everything; the rest is found while recording.
        warnings.simplefilter("ignore")
        cuda.set_sync_debug_mode("error")
    try:
        function(*inputs)
    except torch.OutOfMemoryError:
        raise
    except RuntimeError:
        return False
    finally:
        cuda.set_sync_debug_mode(mode)
    return True


def _is_out_of_memory(error: BaseException | None) -> bool:
    """Return whether the error is a lack of memory, or was raised while one was handled."""
    while error is not None:
        if isinstance(error, torch.OutOfMemoryError):
            return True
        error = error.__context__
    return False
