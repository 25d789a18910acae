"""What Ray costs, and what it survives.

    python -m benchmarks.cluster.on_ray nodes      one machine, one node, three nodes: same records
    python -m benchmarks.cluster.on_ray kills      workers, nodes and the driver: same records
    python -m benchmarks.cluster.on_ray overhead   trials of about a second, against workers
    python -m benchmarks.cluster.on_ray scheduling trials that do nothing, up to 10,000

All on this machine: nodes are processes that ray.cluster_utils starts, on the loopback interface.
Results: benchmarks/results/cluster.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.machine import save
from benchmarks.same_run import find_differences
from poolbench.executors.ray import cluster

ROOM = "cluster"
STUDY = ("--operators", "max,avg", "--folds", "5", "--repeats", "4", "--epochs", "2")
STUBS = (100, 300, 1000, 3000, 10_000)


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("nodes", "kills", "overhead", "scheduling"))
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    # Before Ray is imported, which reads some of them once.
    os.environ.update(cluster.choose_environment(None))
    measure = {
        "nodes": compare_nodes,
        "kills": compare_killed,
        "overhead": measure_overhead,
        "scheduling": measure_scheduling,
    }
    print(save(arguments.what, measure[arguments.what](arguments), ("ray",), room=ROOM))


@contextmanager
def start_nodes(count: int) -> Iterator[Any]:
    """So many nodes of one processor core each."""
    from ray.cluster_utils import Cluster

    facts = {"node_ip_address": "127.0.0.1", "num_cpus": 1}
    nodes = Cluster(initialize_head=True, head_node_args={**facts, "include_dashboard": False})
    for _ in range(count - 1):
        nodes.add_node(**facts)
    nodes.wait_for_nodes()
    try:
        yield nodes
    finally:
        nodes.shutdown()


def start_study(out: Path, *options: str) -> subprocess.Popen[str]:
    """The command line in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "poolbench", "run", *STUDY, "--out", str(out), *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def run_study(out: Path, *options: str) -> None:
    """The same, to its end."""
    process = start_study(out, *options)
    _, said = process.communicate()
    assert process.returncode == 0, said


def compare_nodes(arguments: argparse.Namespace) -> dict[str, Any]:
    """Worker processes, a cluster of one node that the study starts, and one of three."""
    with tempfile.TemporaryDirectory() as folder:
        local, one, three = (Path(folder, name) for name in ("local", "one", "three"))
        run_study(local)
        run_study(one, "--executor", "ray")
        with start_nodes(3) as nodes:
            run_study(three, "--executor", "ray", "--address", nodes.address)
        trials = len(list((local / "trials").iterdir()))
        return {
            "trials": trials,
            "differences_one_node": find_differences(local, one),
            "differences_three_nodes": find_differences(local, three),
        }


def compare_killed(arguments: argparse.Namespace) -> dict[str, Any]:
    """Studies on three nodes, of which something is killed every few seconds."""
    rng = random.Random(arguments.seed)
    kills: list[str] = []
    different: list[str] = []
    studies = 0
    with tempfile.TemporaryDirectory() as folder:
        calm = Path(folder, "calm")
        run_study(calm)
        while len(kills) < arguments.kills:
            studies += 1
            out = Path(folder, f"killed-{studies}")
            with start_nodes(3) as nodes:
                kills += disturb(out, nodes, rng, arguments.kills - len(kills))
            different += find_differences(calm, out)
            print(f"{studies} studies, {len(kills)} kills, differences: {different}", flush=True)
        trials = len(list((calm / "trials").iterdir()))
    counts = {kind: kills.count(kind) for kind in ("worker", "node", "driver")}
    return {"kills": counts, "studies": studies, "trials_each": trials, "differences": different}


def disturb(out: Path, nodes: Any, rng: random.Random, most: int) -> list[str]:
    """Run one study to its end; what was killed meanwhile."""
    options = ("--executor", "ray", "--address", nodes.address)
    killed: list[str] = []
    process = start_study(out, *options)
    while True:
        try:
            _, said = process.communicate(timeout=rng.uniform(1, 5))
        except subprocess.TimeoutExpired:
            kind = rng.choice(("worker", "worker", "node", "driver"))
            if len(killed) < most and kill(kind, process, nodes, rng):
                killed.append(kind)
            continue
        if process.returncode == 0:
            return killed
        # The driver was killed, or a trial was lost too often: the same command goes on.
        assert process.returncode in (1, -signal.SIGKILL), said
        process = start_study(out, *options)


def kill(kind: str, process: subprocess.Popen[str], nodes: Any, rng: random.Random) -> bool:
    """Whether there was something to kill."""
    if kind == "driver":
        process.kill()
        return True
    if kind == "node":
        nodes.remove_node(rng.choice(sorted(nodes.worker_nodes, key=id)), allow_graceful=False)
        nodes.add_node(node_ip_address="127.0.0.1", num_cpus=1)
        return True
    tasks = list(find_tasks())
    if tasks:
        os.kill(rng.choice(tasks), signal.SIGKILL)
    return bool(tasks)


def find_tasks() -> Iterator[int]:
    """Process numbers of Ray's workers while they train."""
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                command = Path(entry.path, "cmdline").read_bytes()
            except OSError:
                continue
            if command.startswith(b"ray::_serve_group"):
                yield int(entry.name)


def measure_overhead(arguments: argparse.Namespace) -> dict[str, Any]:
    """Seconds of the same trials in worker processes and as tasks, one after the other."""
    from poolbench.config import StudyConfig
    from poolbench.data.sample import load_sample
    from poolbench.planning.plan import make_plan
    from poolbench.rundir.store import RunStore
    from poolbench.study.prepare import open_executor, open_machine

    image_set = load_sample()
    found: dict[str, dict[str, float]] = {}
    for executor in ("local", "ray"):
        config = StudyConfig(
            executor=executor, operators=("max",), epochs=1, precision="float32",
            repeats=arguments.trials // 5,
        )  # fmt: skip
        with tempfile.TemporaryDirectory() as folder:
            begun = time.perf_counter()
            store = RunStore(Path(folder))
            with (
                open_machine(config) as machine,
                open_executor(config, machine, image_set, store, None) as opened,
            ):
                specs = make_plan(config, image_set, machine).specs
                opened.measure(specs[: machine.workers])
                started = time.perf_counter()
                opened.run([[spec] for spec in specs], lambda progress: None, {})
                ended = time.perf_counter()
            walls = [store.load_timing(spec.id).wall_seconds for spec in specs]
        found[executor] = {
            "start_seconds": started - begun,
            "seconds": ended - started,
            "trial_seconds": sum(walls) / len(walls),
            "trials": len(specs),
        }
    ratio = found["ray"]["seconds"] / found["local"]["seconds"]
    return {**found, "ratio": ratio, "cores": machine.workers}


def measure_scheduling(arguments: argparse.Namespace) -> dict[str, Any]:
    """Seconds for a trial and memory of the driver, when the trials do nothing."""
    from poolbench.config import StudyConfig
    from poolbench.data.sample import load_sample
    from poolbench.planning.plan import make_plan
    from poolbench.rundir.store import RunStore
    from poolbench.study.prepare import open_executor, open_machine

    image_set = load_sample()
    config = StudyConfig(executor="ray", operators=("max",), precision="float32")
    rows = []
    with tempfile.TemporaryDirectory() as folder, open_machine(config) as machine:
        from poolbench.executors.ray import executor as ray

        ray._serve_group = _do_nothing
        spec = make_plan(config, image_set, machine).specs[0]
        with open_executor(config, machine, image_set, RunStore(Path(folder)), None) as executor:
            for count in (10, *STUBS):
                groups = [[spec.model_copy(update={"repeat": k})] for k in range(count)]
                before = read_memory_bytes()
                started = time.perf_counter()
                executor.run(groups, lambda progress: None, {})
                seconds = time.perf_counter() - started
                rows.append(
                    {
                        "trials": count,
                        "milliseconds_each": 1000 * seconds / count,
                        "driver_bytes_grown": read_memory_bytes() - before,
                        "driver_bytes": read_memory_bytes(),
                    }
                )
                print(rows[-1], flush=True)
    # The first one starts the workers.
    return {"rows": rows[1:]}


def _do_nothing(request: Any, things: list[Any], mailbox: Any) -> Any:
    from poolbench.executors.ray.task import Answer

    return Answer()


def read_memory_bytes() -> int:
    """Resident memory of this process."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
