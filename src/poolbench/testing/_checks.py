"""Check operators, by name: each check raises AssertionError with what it saw."""

import copy
import io
import pickle
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from poolbench.errors import ShapeError, UsageError
from poolbench.testing._subject import (
    MOST_PIXELS,
    STRIDES,
    Case,
    Subject,
    draw,
    for_examples,
    near,
    seeded,
)

LAWS = ("constants", "bounds", "channels", "shift")
# Tolerances of the difference from the float64 result, relative and absolute.
TOLERANCE = {torch.float64: 1e-9, torch.float32: 1e-4, torch.float16: 2e-2, torch.bfloat16: 1e-1}
# Number of outputs at each end of the map that a border may reach.
BORDER = 3
# Sizes of the examples, one for each stride, in their order.
GRADIENT_SIZES = ((5, 4), (3, 6))
# Sizes that are exported, an even and an odd one; each takes seconds.
ONNX_CASES = (((8, 12), 2), ((9, 7), 4))
ONNX_BATCHES = (1, 2, 7)


def _check_size(subject: Subject) -> None:
    def check(case: Case) -> None:
        height, width = case.x.shape[2:]
        wanted = (*case.x.shape[:2], -(-height // case.stride), -(-width // case.stride))
        for training in (False, True):
            found = tuple(case.module.train(training)(case.x).shape)
            assert found == wanted, f"{tuple(case.x.shape)} gave {found}, expected {wanted}"

    for_examples(subject, check)
    for stride in set(STRIDES) - set(subject.strides):
        _refuses(partial(subject.cls, 2, stride=stride), f"stride {stride}")
    for stride in subject.strides:
        smallest = subject.get_smallest(stride)
        if smallest > 1:
            module, x = subject.build(2, stride), draw(1, 2, smallest - 1, MOST_PIXELS)
            _refuses(partial(module, x), f"a map of {smallest - 1} pixels")


def _refuses(act: Callable[[], object], what: str) -> None:
    try:
        act()
    except (ShapeError, UsageError):
        return
    raise AssertionError(f"{what} is not refused with a ShapeError")


def _check_dtype(subject: Subject) -> None:
    def check(case: Case) -> None:
        expected = case.module(case.x)
        for dtype, tolerance in TOLERANCE.items():
            found = copy.deepcopy(case.module).to(dtype)(case.x.to(dtype))
            assert found.dtype == dtype, f"{dtype} became {found.dtype}"
            assert found.device == case.x.device, f"{case.x.device} became {found.device}"
            if dtype in (torch.float64, torch.float32):
                near(found, expected, str(dtype), tolerance)

    for_examples(subject, check)
    # In half precision a different maximum or phase may be near, so one smooth map is enough.
    for dtype, tolerance in TOLERANCE.items():
        module = subject.build(4, subject.strides[-1], moved=False)
        x = torch.linspace(0, 1, 4 * 16 * 16, dtype=torch.float64).view(1, 4, 16, 16)
        near(copy.deepcopy(module).to(dtype)(x.to(dtype)), module(x), str(dtype), tolerance)


def _check_input_untouched(subject: Subject) -> None:
    def check(case: Case) -> None:
        before = case.x.clone()
        for training in (False, True):
            case.module.train(training)(case.x)
            assert torch.equal(case.x, before), "the input was changed"

    for_examples(subject, check)


def _check_memory_format(subject: Subject) -> None:
    def check(case: Case) -> None:
        expected = case.module(case.x.contiguous())
        for layout in (torch.contiguous_format, torch.channels_last):
            found = case.module(case.x.contiguous(memory_format=layout))
            near(found, expected, str(layout))
        padded = torch.zeros(2, case.x.shape[1], case.x.shape[2] + 1, case.x.shape[3] + 2).double()
        padded[:, :, 1:, 1:-1] = case.x
        near(case.module(padded[:, :, 1:, 1:-1]), expected, "a part of a larger map")

    for_examples(subject, check)


def _check_pictures_alone(subject: Subject) -> None:
    def check(case: Case) -> None:
        for training in (False, True) if not subject.is_random else (False,):
            module = case.module.train(training)
            near(module(case.x[1:]), module(case.x)[1:], "an image depends on its batch")

    for_examples(subject, check)


def _keeps_law(subject: Subject, law: str, check: Callable[[Case], None], least: int = 1) -> None:
    """Run the check; where an exception is declared it must fail."""
    try:
        for_examples(subject, check, least)
    except AssertionError:
        if law in subject.exceptions:
            return
        raise
    assert law not in subject.exceptions, f"the law is kept, but exceptions says: {law}"


def _check_constants(subject: Subject) -> None:
    def check(case: Case) -> None:
        levels = torch.linspace(-3, 2, case.x.shape[1], dtype=torch.float64)[None, :, None, None]
        x = levels.expand_as(case.x)
        found = case.module(x)
        near(found, levels.expand_as(found), "a constant map is not kept")

    _keeps_law(subject, "constants", check)


def _check_bounds(subject: Subject) -> None:
    def check(case: Case) -> None:
        for x in (case.x, case.x.gt(0.5).double(), _draw_edge(case.x)):
            found = case.module(x)
            low, high = x.amin((2, 3), keepdim=True), x.amax((2, 3), keepdim=True)
            assert (found >= low - 1e-9).all(), "a value lies below all of its channel"
            assert (found <= high + 1e-9).all(), "a value lies above all of its channel"

    _keeps_law(subject, "bounds", check)


def _draw_edge(x: Tensor) -> Tensor:
    """Draw one half dark, one half bright: what overshoots does so here."""
    edge = torch.zeros_like(x)
    edge[:, :, : x.shape[2] // 2] = 1
    return edge


def _check_channels(subject: Subject) -> None:
    def check(case: Case) -> None:
        channels = case.x.shape[1]
        order = torch.arange(channels).roll(1)
        expected = case.module(case.x)[:, order]
        near(case.module(case.x[:, order]), expected, "channels are not treated alike")

    _keeps_law(subject, "channels", check)


def _check_shift(subject: Subject) -> None:
    def check(case: Case) -> None:
        height, width = (size // case.stride * case.stride for size in case.x.shape[2:])
        x = case.x[:, :, :height, :width]
        inner = slice(BORDER + 1, -BORDER - 1)
        for axis in (2, 3):
            expected = case.module(x).roll(1, axis)[..., inner, inner]
            found = case.module(x.roll(case.stride, axis))[..., inner, inner]
            near(found, expected, "a shift by the stride does not move the output by one")

    # So many outputs that some lie inside.
    _keeps_law(subject, "shift", check, least=(2 * BORDER + 4) * max(subject.strides))


def _check_gradients(subject: Subject) -> None:
    # Training and evaluation are alike unless it is random, which another check holds it to.
    modes = (False, True) if subject.is_random else (False,)
    for stride, size in zip(subject.strides, GRADIENT_SIZES, strict=False):
        smallest = subject.get_smallest(stride)
        height, width = (max(length, smallest) for length in size)
        module = subject.build(2, stride, seed=3)
        x = draw(1, 2, height, width, seed=1).requires_grad_()
        names, values = _list_parameters(module)

        def run(
            x: Tensor, *values: Tensor, module: nn.Module = module, names: Any = names
        ) -> Tensor:
            with seeded():
                state = dict(zip(names, values, strict=True))
                found: Tensor = torch.func.functional_call(module, state, (x,))
            return found

        for training in modes:
            module.train(training)
            is_right = torch.autograd.gradcheck(
                run, (x, *values), atol=1e-5, rtol=1e-3, raise_exception=False
            )
            assert is_right, f"the gradient is not that of finite differences, {height}x{width}"


def _list_parameters(module: nn.Module) -> tuple[list[str], list[Tensor]]:
    found = dict(module.named_parameters())
    return list(found), [value.detach().clone().requires_grad_() for value in found.values()]


def _check_finite(subject: Subject) -> None:
    size = 12
    maps = {
        "zeros": torch.zeros(2, 3, size, size),
        "ties": torch.ones(2, 3, size, size),
        "negative ties": -torch.ones(2, 3, size, size),
        "large": 1e4 * draw(2, 3, size, size).sign().float(),
        "larger": 1e4 * draw(2, 3, size, size).float(),
    }
    for stride in subject.strides:
        for moved in (False, True):
            for training in (False, True):
                module = subject.build(3, stride, moved=moved).float().train(training)
                for name, values in maps.items():
                    _is_finite(module, values.clone().requires_grad_(), name)


def _is_finite(module: nn.Module, x: Tensor, name: str) -> None:
    module.zero_grad()
    found = module(x)
    found.mean().backward()
    assert torch.isfinite(found).all(), f"the output is not finite at {name}"
    gradients = [x.grad, *(parameter.grad for parameter in module.parameters())]
    for gradient in gradients:
        is_fine = gradient is None or torch.isfinite(gradient).all()
        assert is_fine, f"a gradient is not finite at {name}"


def _check_modes(subject: Subject) -> None:
    differs = []

    def check(case: Case) -> None:
        near(case.module.eval()(case.x), case.module(case.x), "evaluation is not the same twice", 0)
        module = case.module.train()
        with seeded(1):
            first = module(case.x)
        with seeded(1):
            assert torch.equal(module(case.x), first), "a seed does not repeat it"
        if not subject.is_random:
            near(case.module.eval()(case.x), first, "training and evaluation differ")
        with seeded(2):
            differs.append(not torch.equal(module(case.x), first))

    for_examples(subject, check)
    assert any(differs) == subject.is_random, f"is_random says {subject.is_random}"


def _check_persistence(subject: Subject) -> None:
    for stride in subject.strides:
        module = subject.build(3, stride, seed=5)
        x = draw(2, 3, 13, 12)
        expected = module(x)
        near(pickle.loads(pickle.dumps(module))(x), expected, "pickled", 0)  # noqa: S301
        near(copy.deepcopy(module)(x), expected, "copied", 0)
        buffer = io.BytesIO()
        torch.save(module.state_dict(), buffer)
        buffer.seek(0)
        again = subject.build(3, stride, seed=6)
        again.load_state_dict(torch.load(buffer, weights_only=True))
        near(again(x), expected, "state_dict", 0)
        text = repr(module)
        assert text.startswith(subject.cls.__name__), f"repr is {text}"
        assert f"stride={stride}" in text, f"repr does not tell the stride: {text}"


def _check_function(subject: Subject) -> None:
    function = getattr(subject.cls, "function", None)
    if function is None:
        return
    assert not list(subject.build(2, subject.strides[0]).parameters()), "a function has no state"

    def check(case: Case) -> None:
        options = case.module.get_options()  # type: ignore[operator]
        found = function(case.x, stride=case.stride, **options)
        near(found, case.module(case.x), "function and module differ")

    for_examples(subject, check)


def _check_cost(subject: Subject) -> None:
    for stride in subject.strides:
        module = subject.build(4, stride)
        if not hasattr(module, "count_operations"):
            raise AssertionError("it has no count_operations(height, width)")
        small, large = module.count_operations(24, 24), module.count_operations(48, 24)  # type: ignore[operator]
        assert isinstance(small, int), f"count_operations gives {small!r}, expected an int"
        assert 0 <= small <= large, "a larger map costs less"


def _check_compiled(subject: Subject, backend: str = "aot_eager") -> None:
    for stride in subject.strides[:1]:
        torch.compiler.reset()
        module = subject.build(3, stride)
        x = draw(2, 3, 12, 13).requires_grad_()
        compiled = torch.compile(module, backend=backend)
        near(compiled(x), module(x), "compiled and eager differ")
        expected = torch.autograd.grad(module(x).square().sum(), x)[0]
        found = torch.autograd.grad(compiled(x).square().sum(), x)[0]
        near(found, expected, "gradients of compiled and eager differ")


def _check_onnx(subject: Subject) -> None:
    for size, stride in ONNX_CASES:
        if stride in subject.strides:
            module = subject.build(3, stride, seed=7).float()
            with torch.no_grad():
                module(torch.zeros(1, 3, *size))
            session = _make_session(module, size)
            for batch in ONNX_BATCHES:
                x = draw(batch, 3, *size, seed=batch).float()
                found = torch.from_numpy(session.run(None, {"x": x.numpy()})[0])
                near(found, module(x).detach(), f"ONNX, size {size}, batch {batch}", 1e-4)


def _make_session(module: nn.Module, size: tuple[int, int]) -> Any:
    import onnxruntime

    buffer = io.BytesIO()
    program = torch.onnx.export(
        module,
        (torch.zeros(2, 3, *size),),
        dynamo=True,
        input_names=["x"],
        dynamic_shapes=({0: torch.export.Dim("batch")},),
        verbose=False,
    )
    assert program is not None
    buffer.write(program.model_proto.SerializeToString())
    return onnxruntime.InferenceSession(buffer.getvalue(), providers=["CPUExecutionProvider"])


CHECKS: dict[str, Callable[[Subject], None]] = {
    "size": _check_size,
    "dtype": _check_dtype,
    "input-untouched": _check_input_untouched,
    "memory-format": _check_memory_format,
    "pictures-alone": _check_pictures_alone,
    "constants": _check_constants,
    "bounds": _check_bounds,
    "channels": _check_channels,
    "shift": _check_shift,
    "gradients": _check_gradients,
    "finite": _check_finite,
    "modes": _check_modes,
    "persistence": _check_persistence,
    "function": _check_function,
    "cost": _check_cost,
    "compiled": _check_compiled,
    "onnx": _check_onnx,
}
