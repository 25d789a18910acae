"""Each network's training step against what the machine can do at most.

    python -m benchmarks.speed.roofline [--repeats 5]

Two bounds, measured in the same processes, with the same number format and the same slices: the
peak of a matrix product, and the sum of the step's convolution kernels (forward, and the gradients
that training needs). One process alone, then one on each core at once.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from benchmarks.machine import add_short, save

NETWORKS = ("max", "avg", "stride")
BATCH_SIZE = 128
SIZE = 32
# Of the square matrices whose product is the peak.
MATRIX = 2048
SECONDS = 1.0


def main() -> None:
    """Measure in one process and in two."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--name", default="roofline", help="of the file of results")
    parser.add_argument("--one", choices=NETWORKS, help=argparse.SUPPRESS)
    add_short(parser)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measure(arguments.one)))
        return
    repeats, networks, counts = arguments.repeats, NETWORKS, (1, 2)
    if arguments.short:
        repeats, networks, counts = 1, NETWORKS[:1], (1,)
    rows = [
        {"repeat": repeat, "network": network, "processes": count, **run(network, count)}
        for repeat in range(repeats)
        for network in networks
        for count in counts
    ]
    summary = summarize(rows)
    print(json.dumps(summary, indent=1))
    print(save(arguments.name, {"batch_size": BATCH_SIZE, "summary": summary, "rows": rows}))


def run(network: str, count: int) -> dict:
    """Means over processes that run at the same time."""
    from poolbench.executors.process import WORKER_ENVIRONMENT

    command = [sys.executable, "-m", "benchmarks.speed.roofline", "--one", network]
    environment = {**os.environ, **WORKER_ENVIRONMENT}
    processes = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        for _ in range(count)
    ]
    found = [json.loads(process.communicate()[0]) for process in processes]
    return {
        name: found[0][name] if name == "precision" else statistics.mean(one[name] for one in found)
        for name in found[0]
    }


def summarize(rows: list[dict]) -> dict:
    """Medians, by network and number of processes."""
    result: dict = {}
    for network, count in dict.fromkeys((row["network"], row["processes"]) for row in rows):
        own = [r for r in rows if r["network"] == network and r["processes"] == count]
        result.setdefault(network, {})[f"{count}_processes"] = {
            "step_ms": statistics.median(1e3 * row["step"] for row in own),
            "over_convolutions": statistics.median(
                row["step"] / row["convolutions"] for row in own
            ),
            "share_of_matrix_peak": statistics.median(
                row["operations"] / row["step"] / row["peak"] for row in own
            ),
            "peak_gflops": statistics.median(row["peak"] / 1e9 for row in own),
        }
    return result


def measure(network: str) -> dict:
    """One process: seconds of a step, of its convolutions, and operations for each second."""
    import torch

    from poolbench.data.draws import Draws
    from poolbench.models import get_backbone
    from poolbench.models.rewrite import rewrite
    from poolbench.training.engine import Engine
    from poolbench.training.pictures import Pictures, choose_dtype, prepare_pictures
    from poolbench.training.precision import DTYPES, list_precisions
    from poolbench.training.recipes import LAB
    from poolbench.training.schedule import Pace, Schedule
    from poolbench.training.slices import Lanes, split_range

    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    precision = list_precisions("auto", "cpu")[-1]
    model = get_backbone("lab-published").build(network, 3, (SIZE, SIZE))
    for parameter in model.parameters():
        if parameter.dim() == 4:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
    form = rewrite(model)
    raw = Pictures(
        torch.randint(256, (1500, SIZE, SIZE, 3), dtype=torch.uint8), torch.randint(3, (1500,))
    )
    pictures = prepare_pictures(raw, form, choose_dtype(form, precision))
    engine = Engine(form, pictures, Schedule(LAB, 0, (0,), precision), Lanes())
    index = torch.randperm(1500)[:BATCH_SIZE]
    slices = split_range(BATCH_SIZE, engine.slice_size)
    kernels, operations = make_kernels(form.body, len(index[slices[0]]), DTYPES[precision])
    matrix = torch.randn(MATRIX, MATRIX, dtype=DTYPES[precision])
    return {
        "precision": precision,
        "step": clock(lambda: engine.run_step(pictures, index, Draws(), Pace(1e-6))),
        "convolutions": len(slices) * clock(lambda: [kernel() for kernel in kernels]),
        "operations": operations * BATCH_SIZE / len(index[slices[0]]),
        "peak": 2 * MATRIX**3 / clock(lambda: matrix @ matrix),
    }


def make_kernels(body, count: int, dtype) -> tuple[list[Callable[[], object]], int]:
    """The convolutions of a slice of ``count`` pictures, and the operations in them."""
    import torch
    from torch import nn
    from torch.nn import functional as F

    from poolbench.models.fused import AveragedConv
    from poolbench.models.rewrite import StridedConv

    kernels: list[Callable[[], object]] = []
    operations = 0

    def add(module, inputs, output) -> None:
        nonlocal operations
        conv = module if isinstance(module, nn.Conv2d) else module.conv
        stride, last = module.stride, torch.channels_last
        if isinstance(module, AveragedConv):
            # Its own output is of the means.
            stride, output = conv.stride, conv(inputs[0])
        x = inputs[0].to(dtype).contiguous(memory_format=last)
        grad = torch.randn(output.shape, dtype=dtype).contiguous(memory_format=last)
        weight, bias = conv.weight.detach().to(dtype), conv.bias.detach().to(dtype)
        # The first layer's pictures need no gradient.
        needs = [bool(kernels), True, True]
        kernels.append(
            lambda: F.conv2d(x, weight, bias, stride, conv.padding, conv.dilation, conv.groups)
        )
        kernels.append(
            lambda: torch.ops.aten.convolution_backward(
                grad, x, weight, [len(bias)], stride, conv.padding, conv.dilation,
                False, [0, 0], conv.groups, needs,
            )
        )  # fmt: skip
        operations += 2 * output.numel() * weight[0].numel() * (3 if needs[0] else 2)

    hooks = [
        module.register_forward_hook(add)
        for module in body.children()
        if isinstance(module, (nn.Conv2d, StridedConv, AveragedConv))
    ]
    with torch.no_grad():
        body(torch.randn(count, 3, SIZE, SIZE).contiguous(memory_format=torch.channels_last))
    for hook in hooks:
        hook.remove()
    return kernels, operations


def clock(work: Callable[[], object]) -> float:
    """Seconds of a piece of work, the median over a second; without gradients being recorded."""
    work()
    work()
    seconds: list[float] = []
    while len(seconds) < 5 or sum(seconds) < SECONDS:
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


if __name__ == "__main__":
    main()
