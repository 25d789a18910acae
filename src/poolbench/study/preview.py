"""Say what a study would do, without what only a study needs: an answer within seconds."""

from pathlib import Path

from poolbench.config import StudyConfig
from poolbench.errors import UsageError
from poolbench.planning.forecast import Forecaster
from poolbench.planning.plan import Plan, list_schedule
from poolbench.study.display import Display
from poolbench.study.prepare import (
    check_study,
    load_pictures,
    measure_study,
    open_machine,
    open_store,
    recall_config,
)
from poolbench.verdict.looks import make_levels
from poolbench.verdict.paired import Levels
from poolbench.verdict.predictive import expect_decision

# Differences, in points, for which it is said what they take, unless one is asked about.
EXPECTED_POINTS = (4.0, 2.0)
# Chance of a decision from which on nothing is said of what limits it.
SURE_CHANCE = 0.95


def preview_study(
    config: StudyConfig, out: Path | None, display: Display, expect: float | None = None
) -> None:
    """Say what ``run_study`` would do, and how long that would take; nothing is kept.

    Args:
        expect: Points by which the best variant is thought to be better than all others.

    Raises:
        UsageError: If ``expect`` is no difference.
    """
    if expect is not None and not 0 < expect <= 100:
        raise UsageError("study.expect", points=expect)
    store = open_store(config, out)
    config = recall_config(config, store)
    image_set, _ = load_pictures(config.data, display, is_split=config.protocol == "cv")
    with open_machine(config) as machine:
        plan = check_study(config, machine, image_set, display)
        forecaster = Forecaster(machine, image_set)
        limit = config.time_limit_seconds
        measure_study(config, plan, image_set, store, forecaster, limit, display)
        display.say("run.forecast", measured=forecaster.measured, variants=forecaster.variants)
    _show_expected(config, plan, len(image_set.pool), display, expect)
    display.say("run.place", path=store.path)


def _show_expected(
    config: StudyConfig, plan: Plan, pool: int, display: Display, expect: float | None
) -> None:
    """Show how many trainings a decision takes, and what another number of folds changes."""
    variants = len(plan.variants)
    if config.protocol != "cv" or variants < 2:
        return
    looks = list_schedule(config)
    levels = Levels(config.margin_points, variants - 1, make_levels(looks))
    for points in EXPECTED_POINTS if expect is None else (expect,):
        found = expect_decision(points, variants, config.folds, pool, levels, looks)
        display.say(
            "run.expected",
            points=points,
            chance=found.chance,
            trainings=round(found.trainings),
            most=looks[-1],
        )
        if found.chance < SURE_CHANCE:
            display.say(f"run.expected-{found.limit}", pictures=pool, most=looks[-1])
