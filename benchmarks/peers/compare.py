"""How long do others take for the same trainings on a CPU?

    python -m benchmarks.peers.compare --data-file cifar-100-python.tar.gz [--epochs 5] [--seeds 2]
        [--repeats 3] [--networks stride,max,avg] [--peers torch,flax:defaults] [--keep-caches]
        [--resume]
    python -m benchmarks.peers.compare --one PEER SETTING NETWORK --data-file ARCHIVE

The second form measures one peer and prints one line of JSON. The first does that for every peer,
setting and network, each in a fresh process, one at a time, in another order in each repeat.
With ``--resume`` it keeps what an interrupted run of the same commit, machine and options measured.

All train the published networks on CIFAR-100's apple, forest and lion: 1,500 pictures, each seen
once an epoch, batches of 128 and a last one of 92, SGD with rate 5e-3 and momentum 0.9, first
values drawn as PyTorch does. Pictures of 0-255 are normalised in the network. ``defaults`` is what
a library's introduction does, ``tuned`` what someone who knows it well would do; each peer's file
says what that is. Threads are as many as the library takes, and no process is bound to a core.
``two-processes``: every other seed in each of two processes of one thread. What compiles starts
with empty caches, unless ``--keep-caches``. Settings in bfloat16 are left out where the processor
has to emulate it.

Clocks, evaluation left out: importing; the first epoch, with building and compiling; a steady
epoch (median of all but the first of each training; divided by the number of trainings that run at
once); the study (importing and all trainings that were asked for: nothing is extrapolated).

Writes benchmarks/results/speed/peers.json. Ends with 1 if a process failed, or if the mean test
accuracy of a peer differs from that of plain PyTorch by more than judge.py tolerates.
"""

import argparse
import dataclasses
import importlib.metadata
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import machine
from benchmarks.peers.judge import (
    REFERENCE,
    OthersClock,
    Repeat,
    check_accuracies,
    format_table,
    summarize,
)
from benchmarks.peers.one import Task, make_command, make_frozen, read_measurement, run_one
from benchmarks.peers.problem import (
    BATCH_SIZE,
    LEARNING_RATE,
    MOMENTUM,
    NETWORKS,
    draw_problem,
    load_problem,
    save_pictures,
)

RESULTS = machine.RESULTS / "speed"
LIBRARIES = (
    "poolbench", "torch", "lightning", "skorch", "scikit-learn", "keras", "jax", "jaxlib", "flax",
    "optax", "numpy",
)  # fmt: skip


def _cross(*parts: Sequence[str]) -> list[str]:
    names = list(parts[0])
    for part in parts[1:]:
        names = [f"{name}-{word}" for name in names for word in part]
    return names


PRECISIONS = ("float32", "bfloat16")
LAYOUTS = ("contiguous", "channels-last")
MODES = ("eager", "compile")
SETTINGS = {
    "torch": _cross((*MODES, "two-processes-eager"), PRECISIONS, LAYOUTS),
    "lightning": ["defaults", *_cross(("tuned",), MODES, PRECISIONS, LAYOUTS)],
    "skorch": ["defaults", *_cross(("tuned",), MODES, PRECISIONS, LAYOUTS)],
    "keras": ["defaults", *_cross(("tuned",), PRECISIONS)],
    "flax": [
        "defaults",
        *_cross(("tuned",), ("conv", "patches"), ("step", "vmap"), PRECISIONS),
    ],
    "poolbench": ["auto"],
}


def main() -> int:
    """Measure one peer, or all of them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--one", nargs=3, metavar=("PEER", "SETTING", "NETWORK"))
    parser.add_argument("--data-file", help="CIFAR-100's archive")
    parser.add_argument("--epochs", type=int, default=5, help="at least 2")
    parser.add_argument("--seeds", type=int, default=2, help="trainings in a process, at least 2")
    parser.add_argument("--seed-list", help="with --one: the seeds themselves, with commas")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--networks", default=",".join(NETWORKS))
    parser.add_argument("--peers", default=",".join(SETTINGS), help="PEER or PEER:SETTING, ...")
    parser.add_argument("--keep-caches", action="store_true", help="compiled code may be reused")
    parser.add_argument("--emulate", action="store_true", help="bfloat16 even if it is emulated")
    parser.add_argument("--resume", action="store_true", help="keep what --out has already")
    parser.add_argument("--timeout", type=float, default=1800, help="seconds for one process")
    parser.add_argument("--out", type=Path, default=RESULTS / "peers.json")
    machine.add_short(parser)
    arguments = parser.parse_args()
    if arguments.short:
        arguments.epochs, arguments.seeds, arguments.repeats = 2, 2, 1
        arguments.networks, arguments.peers = "max", ":".join(REFERENCE)
    elif not arguments.data_file:
        parser.error("--data-file is missing")
    if arguments.epochs < 2 or arguments.seeds < 2:
        parser.error("there must be at least 2 epochs and 2 seeds")
    if unknown := set(arguments.networks.split(",")) - set(NETWORKS):
        parser.error(f"there is no network {sorted(unknown)}; known: {', '.join(NETWORKS)}")
    if not arguments.one:
        return run_all(arguments)
    listed = arguments.seed_list or ",".join(map(str, range(arguments.seeds)))
    seeds = tuple(map(int, listed.split(",")))
    run_one(Task(*arguments.one, arguments.data_file, arguments.epochs, seeds))
    return 0


def run_all(arguments: argparse.Namespace) -> int:
    """Every peer, setting and network, repeat by repeat; saved after each process."""
    contestants = choose_contestants(arguments.peers)
    half = {pair for pair in contestants if "bfloat16" in pair[1]}
    left_out = [] if arguments.emulate or has_native_bfloat16() else sorted(half)
    contestants = [pair for pair in contestants if pair not in left_out]
    networks = arguments.networks.split(",")
    header = describe_run(arguments) | {
        "skipped": [
            {"peer": peer, "setting": setting, "reason": "skipped: no native bfloat16"}
            for peer, setting in left_out
        ]
    }
    repeats = load_repeats(arguments.out, header) if arguments.resume else []
    failed: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        pictures = Path(folder) / "pictures.npz"
        save_pictures(
            draw_problem() if arguments.short else load_problem(arguments.data_file, "max", 0, ()),
            str(pictures),
        )
        for number in range(arguments.repeats):
            seeds = tuple(range(number * arguments.seeds, (number + 1) * arguments.seeds))
            tasks = [
                Task(peer, setting, network, str(pictures), arguments.epochs, seeds)
                for network in networks
                for peer, setting in contestants
            ]
            random.Random(number).shuffle(tasks)
            for task in tasks:
                if has_task(repeats, task):
                    continue
                found = run_process(task, number, arguments, Path(folder))
                (repeats if isinstance(found, Repeat) else failed).append(found)
                save_json(header | make_answer(repeats, failed), arguments.out)
    answer = make_answer(repeats, failed)
    save_json(header | answer, arguments.out)
    print(format_table(answer["summary"]))
    different = [row for row in answer["accuracy_check"] if row["is_same"] is False]
    for row in different:
        print("another accuracy: {network} {peer} {setting}: {difference:+.3f}".format(**row))
    return 1 if failed or different else 0


def choose_contestants(listed: str) -> list[tuple[str, str]]:
    """Peers and settings that were asked for; the reference is always among them."""
    chosen = [REFERENCE]
    for name in listed.split(","):
        peer, _, setting = name.partition(":")
        if peer not in SETTINGS or (setting and setting not in SETTINGS[peer]):
            known = ", ".join(SETTINGS.get(peer, SETTINGS))
            raise SystemExit(f"There is no {name!r}; known: {known}.")
        chosen += [(peer, setting or each) for each in ([setting] if setting else SETTINGS[peer])]
    return list(dict.fromkeys(chosen))


def run_process(
    task: Task, repeat: int, arguments: argparse.Namespace, folder: Path
) -> Repeat | dict[str, Any]:
    """One measurement in a fresh process, with caches of its own; or how it failed."""
    with tempfile.TemporaryDirectory(dir=folder) as own:
        caches = folder / "caches" if arguments.keep_caches else Path(own)
        environment = os.environ | {
            "TORCHINDUCTOR_CACHE_DIR": str(caches / "torchinductor"),
            "KERAS_HOME": str(caches / "keras"),
        }
        if arguments.keep_caches:
            environment["JAX_COMPILATION_CACHE_DIR"] = str(caches / "jax")
        print(f"{repeat} {task.network} {task.peer} {task.setting}", end=": ", flush=True)
        others = OthersClock()
        started = time.perf_counter()
        try:
            done = subprocess.run(
                make_command(task),
                env=environment | {"PYTHONPATH": str(machine.ROOT)},
                cwd=own,
                capture_output=True,
                text=True,
                timeout=arguments.timeout,
                check=True,
            )
        except subprocess.SubprocessError as error:
            print(reason := explain_failure(error))
            asked = {key: value for key, value in task._asdict().items() if key != "data_file"}
            return {"repeat": repeat, **asked, "reason": reason}
        seconds = time.perf_counter() - started
        others_cores = others.read(seconds)
    measurement = read_measurement(done.stdout)
    print(f"{measurement.study_seconds:.1f} s, {measurement.steady_epoch_seconds:.3f} s an epoch")
    return Repeat(repeat, measurement, seconds, others_cores)


def explain_failure(error: subprocess.SubprocessError) -> str:
    """The last line that the process said, or that it took too long."""
    if not isinstance(error, subprocess.CalledProcessError):
        return str(error).rpartition(" timed out")[1].strip() or "failed"
    return (error.stderr.strip().splitlines() or ["failed"])[-1]


def load_repeats(path: Path, header: dict[str, Any]) -> list[Repeat]:
    """What an earlier run measured, which must have been like this one."""
    if not path.exists():
        return []
    saved = json.loads(path.read_text(encoding="utf-8"))
    for name in ("commit", "machine", "versions", "problem"):
        if saved[name] != header[name]:
            raise SystemExit(f"{path} has another {name}: {saved[name]}, now {header[name]}.")
    outer = ("repeat", "process_seconds", "others_cores")
    return [
        Repeat(
            measurement=make_frozen({key: row[key] for key in row if key not in outer}),
            **{key: row[key] for key in outer},
        )
        for row in saved["repeats"]
    ]


def has_task(repeats: Sequence[Repeat], task: Task) -> bool:
    """Whether it is measured already."""
    wanted = (task.peer, task.setting, task.network, task.seeds)
    found = (repeat.measurement for repeat in repeats)
    return any((one.peer, one.setting, one.network, one.seeds) == wanted for one in found)


def make_answer(repeats: Sequence[Repeat], failed: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """All that was found so far."""
    return {
        "failed": list(failed),
        "summary": summarize(repeats),
        "accuracy_check": check_accuracies(repeats),
        "repeats": [
            {
                "repeat": repeat.repeat,
                "others_cores": repeat.others_cores,
                "process_seconds": repeat.process_seconds,
                **dataclasses.asdict(repeat.measurement),
            }
            for repeat in repeats
        ],
    }


def describe_run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Command, commit, machine, libraries, and what was trained."""
    import torch

    from poolbench.machine.environment import count_cores, describe_processor, get_memory_bytes

    return {
        "command": machine.read_command(),
        "commit": ask_git("rev-parse", "HEAD"),
        "has_uncommitted_changes": bool(ask_git("status", "--porcelain", "--untracked-files=no")),
        "machine": {
            "processor": describe_processor(),
            "cores": count_cores(),
            "instruction_set": torch.backends.cpu.get_cpu_capability(),
            "native_bfloat16": has_native_bfloat16(),
            "memory_bytes": get_memory_bytes(),
            "system": platform.platform(),
        },
        "versions": {"python": platform.python_version()}
        | {name: find_version(name) for name in LIBRARIES},
        "problem": {
            "epochs": arguments.epochs,
            "seeds_in_a_process": arguments.seeds,
            "batch_size": BATCH_SIZE,
            "learning_rate": LEARNING_RATE,
            "momentum": MOMENTUM,
            "empty_caches": not arguments.keep_caches,
        },
    }


def has_native_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 itself."""
    from poolbench.training import precision

    return precision.has_native_bfloat16("cpu")


def find_version(library: str) -> str | None:
    """As installed; ``None`` where it is not."""
    try:
        return importlib.metadata.version(library)
    except importlib.metadata.PackageNotFoundError:
        return None


def ask_git(*words: str) -> str | None:
    """What git says of the folder of this file; ``None`` without git."""
    command = ["git", "-C", str(machine.ROOT), *words]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def save_json(answer: dict[str, Any], path: Path) -> None:
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.part")
    unfinished.write_text(json.dumps(answer, indent=1) + "\n", encoding="utf-8")
    unfinished.replace(path)


if __name__ == "__main__":
    sys.exit(main())
