"""poolbench itself, under the clocks of its peers: its own workers, one on each core.

The only setting is ``auto``: what it chooses by itself. A training is that of a final trial, on the
whole pool; the test pictures are opened once, at the end.
"""

import tempfile
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

from benchmarks.peers.problem import CLASSES, Problem, Trainings
from poolbench.config import StudyConfig
from poolbench.data.image_set import Half, ImageSet
from poolbench.data.store import save_arrays
from poolbench.executors.base import Progress
from poolbench.executors.local import LocalExecutor
from poolbench.machine.description import describe_machine
from poolbench.machine.environment import count_cores
from poolbench.planning.plan import make_final_spec, make_plan
from poolbench.records import TrialSpec
from poolbench.rundir.store import RunStore
from poolbench.training.precision import list_precisions


def run(problem: Problem, setting: str) -> Trainings:
    """Train once for each seed, as many at once as there are cores."""
    image_set = make_image_set(problem)
    specs = [make_spec(problem, image_set, seed) for seed in problem.seeds]
    workers = min(count_cores(), len(specs))
    times: dict[str, list[float]] = defaultdict(list)

    def note(progress: Progress) -> None:
        if progress.kind == "epoch":
            times[progress.trial].append(time.perf_counter())

    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        save_arrays(image_set, Path(folder, "images"))
        store = RunStore(Path(folder, "run"))
        machine = describe_machine(StudyConfig(workers=workers, device="cpu"))
        with LocalExecutor(Path(folder, "images"), store.path, machine) as executor:
            executor.run([[spec] for spec in specs], note, {})
        seconds = time.perf_counter() - started
        accuracies = [store.load_trial(spec.id).held_out.accuracy for spec in specs]
    rows = []
    for spec in specs:
        # The first epoch of the first ones includes the start of the workers.
        before = [started, *times[spec.id][:-1]]
        rows.append(tuple(np.subtract(times[spec.id], before).tolist()))
    return Trainings(tuple(rows), seconds, tuple(accuracies), at_once=workers, threads=1)


def make_image_set(problem: Problem) -> ImageSet:
    """The pictures of the problem as poolbench takes them."""
    halves = [
        Half(images, labels, tuple(f"{name}/{k}" for k in range(len(labels))))
        for name, images, labels in (
            ("train", problem.images, problem.labels),
            ("test", problem.test_images, problem.test_labels),
        )
    ]
    return ImageSet("cifar100", CLASSES, *halves, has_official_test=True)


def make_spec(problem: Problem, image_set: ImageSet, seed: int) -> TrialSpec:
    """One training on the whole pool."""
    config = StudyConfig(
        operators=(problem.network,),
        backbones=("lab-published",),
        recipes=("lab",),
        epochs=problem.epochs,
        repeats=1,
        seed=seed,
        device="cpu",
        precision=list_precisions("auto", "cpu")[-1],
    )
    plan = make_plan(config, image_set)
    return make_final_spec(plan, plan.variants[0].id)
