"""Every operator on every known-answer task, and what it costs beside max pooling.

    python -m benchmarks.operators.catalogue tasks
    python -m benchmarks.operators.catalogue cost [--repeats 9] [--device cuda]

``tasks`` judges all operators at stride 4 by the linear probe of ``poolbench calibrate`` (5 folds,
2 repeats, learned parameters as they begin). ``cost`` times one operator after another, forward and
with gradients, 16 pictures of 64 channels of 32 x 32 pixels at stride 2, one thread, channels last,
float32; the ratio is the median over rounds of the time over that of max pooling in the same round.
Both write to benchmarks/results/catalogue and print the table of docs/operators/README.md.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import torch

from benchmarks import machine
from benchmarks.machine import describe
from poolbench.data.tasks import get_task, list_tasks
from poolbench.evaluation.probe import compute_probe_outcomes
from poolbench.operators import build_operator, list_operators
from poolbench.study.calibrate import FOLDS, REPEATS

RESULTS = machine.RESULTS / "catalogue"
BATCH, CHANNELS, SIZE, STRIDE = 16, 64, 32, 2
# Calls in one timing, so that it is long beside the clock.
LEAST_SECONDS = 0.02
SHORT_IDS = ["max", "blur"]


def main() -> None:
    """One of the two tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("table", choices=("tasks", "cost"))
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--processes", type=int, default=2)
    machine.add_short(parser)
    arguments = parser.parse_args()
    if arguments.table == "tasks":
        save("tasks", judge_all(arguments.processes))
    else:
        name = "cost" if arguments.device == "cpu" else f"cost_{arguments.device}"
        save(name, time_all(arguments.repeats, arguments.device, arguments.short))


def save(name: str, rows: dict[str, dict[str, float]]) -> None:
    """Write the JSON and print the table."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    content = {**describe(), "rows": rows}
    (RESULTS / f"{name}.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    columns = list(next(iter(rows.values())))
    print("| operator |", " | ".join(columns), "|")
    print("| --- |" + " --- |" * len(columns))
    digits = 3 if name == "tasks" else 1
    for operator_id, row in rows.items():
        print(
            f"| {operator_id} |", " | ".join(f"{value:.{digits}f}" for value in row.values()), "|"
        )


def list_ids() -> list[str]:
    """Operators that come with poolbench."""
    return [entry.id for entry in list_operators() if entry.is_builtin]


def judge_all(processes: int) -> dict[str, dict[str, float]]:
    """Share of right (or, for consistency, unchanged) answers by operator and task."""
    jobs = [(task.name, operator_id) for task in list_tasks() for operator_id in list_ids()]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        found = dict(zip(jobs, pool.map(judge, jobs), strict=True))
    return {
        operator_id: {task.name: found[task.name, operator_id] for task in list_tasks()}
        for operator_id in list_ids()
    }


def judge(job: tuple[str, str]) -> float:
    """One operator on one task."""
    torch.set_num_threads(1)
    task = get_task(job[0])
    outcomes = compute_probe_outcomes(
        task.make(), [job[1]], folds=FOLDS, repeats=REPEATS, measure=task.measure
    )
    return float(outcomes.correct.mean())


def time_all(repeats: int, device: str, is_short: bool) -> dict[str, dict[str, float]]:
    """Ratios to max pooling."""
    repeats, names = (1, SHORT_IDS) if is_short else (repeats, list_ids())
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(BATCH, CHANNELS, SIZE, SIZE, generator=generator).to(device)
    x = x.contiguous(memory_format=torch.channels_last)
    modules = {
        operator_id: build_operator(operator_id, CHANNELS, stride=STRIDE).to(device)
        for operator_id in names
    }
    rounds = []
    for _ in range(repeats + 1):
        rounds.append({name: time_one(module, x) for name, module in modules.items()})
    # In the first round libraries choose their kernels.
    rounds = rounds[1:]
    return {
        name: {
            kind: statistics.median(one[name][k] / one["max"][k] for one in rounds)
            for k, kind in enumerate(("forward", "with gradients"))
        }
        for name in modules
    }


def time_one(module: torch.nn.Module, x: torch.Tensor) -> tuple[float, float]:
    """Seconds of a forward pass in evaluation, and of a training pass with its gradients."""

    @torch.no_grad()
    def look() -> None:
        module(x)

    def train() -> None:
        y = module(leaf)
        y.backward(torch.ones_like(y))

    leaf = x.detach().requires_grad_()
    module.eval()
    forward = time_call(look, x.device)
    module.train()
    return forward, time_call(train, x.device)


def time_call(call: Callable[[], None], device: torch.device) -> float:
    """Seconds of one call, over as many as make the time long enough."""
    call()
    count, seconds = 0, 0.0
    started = time.perf_counter()
    while seconds < LEAST_SECONDS:
        call()
        count += 1
        if device.type == "cuda":
            torch.cuda.synchronize()
        seconds = time.perf_counter() - started
    return seconds / count


if __name__ == "__main__":
    main()
