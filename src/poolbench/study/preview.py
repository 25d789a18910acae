"""Say what a study would do, without what only a study needs: an answer within seconds."""

from pathlib import Path

from poolbench.config import StudyConfig
from poolbench.planning.forecast import Forecaster
from poolbench.study.display import Display
from poolbench.study.prepare import (
    check_study,
    load_pictures,
    measure_study,
    open_machine,
    open_store,
    recall_config,
)


def preview_study(config: StudyConfig, out: Path | None, display: Display) -> None:
    """Say what ``run_study`` would do, and how long that would take; nothing is kept."""
    store = open_store(config, out)
    config = recall_config(config, store)
    image_set, _ = load_pictures(config.data, display, is_split=config.protocol == "cv")
    with open_machine(config) as machine:
        plan = check_study(config, machine, image_set, display)
        forecaster = Forecaster(machine, image_set)
        limit = config.time_limit_seconds
        measure_study(config, plan, image_set, store, forecaster, limit, display)
        display.say("run.forecast", measured=forecaster.measured, variants=forecaster.variants)
    display.say("run.place", path=store.path)
