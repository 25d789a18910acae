"""Before a study trains: what does not fit is refused, and what will be done is said."""

import hashlib
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from poolbench.config import StudyConfig, dump_config, load_config
from poolbench.data.image_set import ImageSet
from poolbench.data.store import WEIGHTS_FILE, save_arrays
from poolbench.display import Display, format_duration
from poolbench.execution.environment import count_cores
from poolbench.execution.estimate import estimate_study_seconds
from poolbench.execution.local import LocalExecutor
from poolbench.execution.plan import (
    check_networks,
    check_weights,
    choose_workers,
    has_mixed_positions,
    list_looks,
    make_plan,
)
from poolbench.execution.settle import Settled, settle
from poolbench.execution.store import RunStore
from poolbench.records import TrialSpec
from poolbench.training.precision import choose_device

RUNS = Path("runs")
# Of weights, in one message.
MOST_NAMES = 8


def name_run(config: StudyConfig) -> Path:
    """``runs/<source>-<hash>``: the same settings give the same folder."""
    # Neither how many work at it nor where the archive lies makes it another study.
    data = config.data.model_copy(update={"download": False, "data_file": None})
    settings = config.model_copy(update={"workers": None, "data": data})
    digest = hashlib.sha256(dump_config(settings).encode()).hexdigest()[:8]
    kind, _, place = config.data.source.partition(":")
    name = re.sub(r"[^A-Za-z0-9]+", "-", Path(place).stem).strip("-") if place else kind
    return RUNS / f"{name or kind}-{digest}"


@contextmanager
def open_executor(
    config: StudyConfig, image_set: ImageSet, store: RunStore, place: Path | None
) -> Iterator[LocalExecutor]:
    """Workers that see the pictures, which lie in a folder for as long as they are needed.

    Args:
        place: Where that folder is made; ``None``: where the system puts temporary files.
    """
    device = choose_device(config.device)
    workers = choose_workers(config, device)
    cores = count_cores() if device == "cpu" else 1
    with tempfile.TemporaryDirectory(
        prefix=".part-", dir=place, ignore_cleanup_errors=True
    ) as folder:
        save_arrays(image_set, Path(folder))
        if config.weights is not None:
            shutil.copyfile(config.weights, Path(folder, WEIGHTS_FILE))
        with LocalExecutor(Path(folder), store.path, workers, cores) as executor:
            yield executor


def settle_study(
    config: StudyConfig,
    image_set: ImageSet,
    store: RunStore,
    executor: LocalExecutor,
    seconds_left: float | None,
    display: Display,
) -> Settled:
    """Measure, then say what will be trained, on what, and how long it will take."""
    _show_pictures(image_set, display)
    display.say("run.measuring")
    settled = settle(config, image_set, store, executor, seconds_left)
    missing = settled.list_missing(store)
    _show_plan(settled, len(missing), store, display)
    if missing:
        _show_estimate(settled, missing, image_set, display)
    else:
        display.say("run.same-trials")
    return settled


def check_study(config: StudyConfig, image_set: ImageSet, display: Display) -> None:
    """Refuse what does not fit, and say what was made of networks and weights."""
    plan = make_plan(config, image_set)
    for backbone, lines in check_networks(plan).items():
        display.say("run.own-network", backbone=backbone, notes="\n  ".join(lines))
    if config.weights is None:
        return
    for variant, found in check_weights(plan, config.weights).items():
        display.say(
            "run.weights",
            variant=variant,
            taken=len(found.taken),
            fresh=_list_some(found.fresh),
            unused=_list_some(found.unused),
        )


def _list_some(names: Sequence[str]) -> str:
    listed = ", ".join(names[:MOST_NAMES]) or "–"
    return listed if len(names) <= MOST_NAMES else f"{listed}, … ({len(names)})"


def _show_pictures(image_set: ImageSet, display: Display) -> None:
    height, width = image_set.image_size
    display.say(
        "run.data",
        source=image_set.source,
        classes=", ".join(image_set.classes),
        pool=len(image_set.pool),
        test=len(image_set.test),
        height=height,
        width=width,
    )


def _show_plan(settled: Settled, missing: int, store: RunStore, display: Display) -> None:
    config, plan = settled.config, settled.plan
    conditions = plan.specs[0].conditions
    display.say(
        "run.plan",
        variants=len(plan.variants),
        trials=len(plan.specs),
        done=len(plan.specs) - missing,
        folds=plan.specs[0].folds,
        repeats=", ".join(map(str, list_looks(config))),
        protocol=config.protocol,
    )
    if config.repeats == "auto":
        display.say("run.auto")
    display.say(
        "run.device",
        device=conditions.device,
        precision=conditions.precision,
        workers=plan.workers,
        threads=conditions.threads,
    )
    if has_mixed_positions(plan.variants):
        display.say("run.positions-differ")
    others = store.count_others(spec.id for spec in plan.specs)
    if others:
        display.say("run.other-trials", count=others)


def _show_estimate(
    settled: Settled, missing: Sequence[TrialSpec], image_set: ImageSet, display: Display
) -> None:
    seconds = settled.estimate(missing, image_set)
    workers = settled.plan.workers
    most = format_duration(estimate_study_seconds(missing, seconds, workers))
    soon = [spec for spec in missing if spec.repeat < list_looks(settled.config)[0]]
    if settled.config.repeats != "auto":
        display.say("run.estimate", duration=most)
    elif not soon:
        display.say("run.estimate-most", most=most)
    else:
        least = format_duration(estimate_study_seconds(soon, seconds, workers))
        display.say("run.estimate-auto", least=least, most=most)


def recall_config(config: StudyConfig, store: RunStore) -> StudyConfig:
    """The config with what was measured and chosen when the study was begun."""
    if not (store.path / "config.toml").is_file():
        return config
    before = load_config(store.path / "config.toml")
    recalled: dict[str, Any] = {
        field: getattr(before, field)
        for field in ("device", "precision")
        if getattr(config, field) == "auto"
    }
    if before.time_limit_seconds == config.time_limit_seconds:
        recalled["planned_repeats"] = before.planned_repeats
    return config.model_copy(update=recalled)


def save_config(settled: Settled, store: RunStore) -> None:
    """Write ``config.toml``; what was chosen for this machine holds when the study is continued."""
    conditions = settled.plan.specs[0].conditions
    chosen = {"device": conditions.device, "precision": conditions.precision}
    config = settled.config.model_copy(update=chosen)
    store.save_bytes("config.toml", dump_config(config).encode())
