"""Worker processes: what they save does not depend on how they were run."""

import os
import signal
import threading
from dataclasses import astuple, replace
from pathlib import Path

import numpy as np
import pytest
import torch

from poolbench.config import StudyConfig
from poolbench.errors import RunError, TrainingError, UsageError, Voice
from poolbench.executors.base import is_hung, retry_lost
from poolbench.executors.local import (
    LocalExecutor,
    explain_code,
    list_paths,
    make_environment,
)
from poolbench.machine.description import describe_machine
from poolbench.operators import Operator, register
from poolbench.results.collect import collect_outcomes, make_leaderboard
from poolbench.rundir.store import RunStore
from poolbench.training.recipes import QUICK
from poolbench.trials.restore import restore_network
from small_studies import HereExecutor


def open_executor(images, path, workers, cores=1):
    machine = replace(describe_machine(StudyConfig()), workers=workers, cores=cores)
    return LocalExecutor(images, path, machine)


def run(images, path, workers, specs, on_progress=lambda progress: None, cores=1):
    with open_executor(images, path, workers, cores) as executor:
        lost = run_until_lost(executor, specs, on_progress)
        # Never more than there is to do.
        assert len(executor._workers) <= min(workers, len(specs))
        return lost


def run_here(images, path, specs):
    """For what does not depend on who trains."""
    machine = describe_machine(StudyConfig())
    HereExecutor(images, path, machine).run([specs], lambda progress: None, {})


def run_until_lost(executor, specs, on_progress):
    return retry_lost(
        lambda groups: executor.run(groups, on_progress, {}), [[spec] for spec in specs]
    )


def test_worker_of_other_code_than_the_plan_names_is_refused(plan_of, images, tmp_path):
    machine = replace(describe_machine(StudyConfig()), workers=1, code="of before the upgrade")
    with (
        pytest.raises(
            TrainingError, match=r"source code of poolbench \w{64} instead of of before the upgrade"
        ),
        LocalExecutor(images, tmp_path / "run", machine) as executor,
    ):
        executor.run([plan_of().specs[:1]], lambda progress: None, {})
    assert not (tmp_path / "run").exists()


@pytest.mark.full(seconds=4)
def test_refusal_of_a_worker_is_told_in_the_language_of_the_reader(plan_of, images, tmp_path):
    machine = replace(describe_machine(StudyConfig()), workers=1, code="another")
    with (
        pytest.raises(TrainingError) as caught,
        LocalExecutor(images, tmp_path / "run", machine) as executor,
    ):
        executor.run([plan_of().specs[:1]], lambda progress: None, {})
    assert "исходный код poolbench" in caught.value.tell("ru")
    assert "Выполните ту же команду ещё раз" in caught.value.tell("ru")


@pytest.mark.full(seconds=40)
def test_killed_workers_are_replaced_and_change_nothing(plan_of, images, read_results, tmp_path):
    plan = plan_of(epochs=6)
    straight, killed = RunStore(tmp_path / "straight"), RunStore(tmp_path / "killed")
    run(images, straight.path, 2, plan.specs)
    finished, gone = [], []

    def kill_all_once(progress):
        if progress.kind == "done":
            finished.append(progress.trial)
        if progress.kind == "epoch" and progress.epoch >= 2 and len(finished) >= 2 and not gone:
            gone.extend(find_children())
            for child in gone:
                os.kill(child, signal.SIGKILL)

    assert run(images, killed.path, 2, plan.specs, kill_all_once) == []
    assert len(gone) == 2
    assert sorted(finished) == sorted(spec.id for spec in plan.specs)
    assert read_results(killed, plan) == read_results(straight, plan)


@pytest.mark.full(seconds=12)
def test_silent_worker_is_ended_and_its_trial_done_again(plan_of, images, tmp_path):
    plan, stopped = plan_of(epochs=3), []

    def stop_once(progress):
        if not stopped:
            stopped.extend(find_children())
            for child in stopped:
                os.kill(child, signal.SIGSTOP)

    with open_executor(images, tmp_path, 1) as executor:
        executor.silent_seconds = 6
        assert run_until_lost(executor, plan.specs[:2], stop_once) == []
    assert all(RunStore(tmp_path).has_trial(spec.id) for spec in plan.specs[:2])


@pytest.mark.parametrize(
    ("silent", "idle", "worked", "expected"),
    [
        # It may be silent for 100 s: stopped or waiting, in a circle, or on a system that hides it.
        (101, 101, 0, True),
        (500, 101, 30, True),
        (101, 0, 101, True),
        (101, None, None, True),
        # Slow, since it has a fifteenth of the processor, or since it shares it for long.
        (101, 0.1, 7, False),
        (1400, 3, 93, False),
        # It said something not long ago.
        (99, 99, 0, False),
        (99, None, None, False),
    ],
)
def test_worker_hangs_if_it_neither_speaks_nor_works(silent, idle, worked, expected):
    assert is_hung(silent, idle, worked, 100) is expected


def test_worker_that_the_system_killed_ran_out_of_memory_probably():
    words = explain_code(-signal.SIGKILL).tell("en", "options")
    assert all(word in words for word in ("memory", "--image-size", "--workers", "batch_size"))
    assert explain_code(3).tell("en") == "Its process ended with code 3."
    assert explain_code(-signal.SIGSEGV).tell("ru") == "Процесс завершился с кодом -11."


@pytest.mark.full(seconds=5)
def test_modules_are_found_below_a_folder_with_a_colon(plan_of, images, tmp_path, monkeypatch):
    folder = tmp_path / "a:b"
    folder.mkdir()
    (folder / "colon_module.py").write_text(
        "from poolbench.operators import Operator\n\n\n"
        "class First(Operator):\n"
        '    """Keeps the first of each."""\n\n'
        "    def forward(self, x):\n"
        "        return x[:, :, :: self.stride, :: self.stride]\n"
    )
    monkeypatch.syspath_prepend(folder)
    assert str(folder) in list_paths()
    assert str(folder) not in make_environment()["PYTHONPATH"]
    plan = plan_of(operators=("colon_module:First",), epochs=1)
    run(images, tmp_path / "run", 8, plan.specs[:1])
    assert RunStore(tmp_path / "run").has_trial(plan.specs[0].id)


@pytest.mark.full(seconds=5)
def test_silence_of_this_process_is_not_taken_for_that_of_a_worker(plan_of, images, tmp_path):
    plan, was_away = plan_of(epochs=3), []
    executor = open_executor(images, tmp_path, 1)

    def be_away_once(progress):
        if progress.kind == "epoch" and not was_away:
            was_away.append(progress.trial)
            # As if nothing had been looked at for an hour.
            executor._looked -= 3600
            executor._workers[0].heard -= 3600

    with executor:
        assert executor.run([plan.specs[:1], plan.specs[1:2]], be_away_once, {}) == []
    assert was_away


def make_troubled(reason):
    class Troubled(Operator):
        """Works until it is trained."""

        def forward(self, x):
            if self.training and x.requires_grad:
                if reason == "memory":
                    torch.empty(2**60)
                os.kill(os.getpid(), signal.SIGKILL)
            return x[:, :, :: self.stride, :: self.stride]

    return Troubled


@pytest.mark.parametrize(
    "reason",
    [pytest.param(reason, marks=pytest.mark.full(seconds=15)) for reason in ("lost", "memory")],
)
def test_trial_that_is_lost_each_time_costs_no_other(plan_of, images, tmp_path, reason):
    register(f"troubled-{reason}")(make_troubled(reason))
    troubled = plan_of(operators=(f"troubled-{reason}",)).specs[0]
    others = plan_of(operators=("max",)).specs
    lost = run(images, tmp_path, 1, [troubled, *others])
    assert [(loss.specs[0].id, loss.reason) for loss in lost] == [(troubled.id, reason)]
    assert all(RunStore(tmp_path).has_trial(spec.id) for spec in others)


def find_children():
    """Process numbers of the workers of this process; others of it open models."""
    own = str(os.getpid())
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                fields = Path(entry.path, "stat").read_text().rpartition(")")[2].split()
                command = Path(entry.path, "cmdline").read_text()
            except OSError:
                continue
            if fields[1] == own and "confined_worker" not in command:
                yield int(entry.name)


@pytest.mark.full(seconds=15)
def test_lanes_and_order_do_not_change_a_bit(plan_of, images, read_results, tmp_path):
    plan = plan_of(backbones=("lab",), operators=("max", "stride"), epochs=1)
    alone, shared = RunStore(tmp_path / "alone"), RunStore(tmp_path / "shared")
    run(images, alone.path, 2, plan.specs)
    run(images, shared.path, 1, plan.specs[::-1], cores=3)
    assert read_results(alone, plan) == read_results(shared, plan)


@pytest.mark.full(seconds=5)
def test_every_epoch_is_told_of_with_what_was_measured(plan_of, images, read_told, tmp_path):
    plan, seen = plan_of(operators=("max",)), []
    run(images, tmp_path, 1, plan.specs[:1], seen.append)
    *epochs, last = seen
    told = [(p.epoch, *astuple(p.measures)) for p in epochs]
    assert told == read_told(RunStore(tmp_path), plan.specs[0].id)
    assert (len(told), last.kind, last.trial) == (2, "done", plan.specs[0].id)


@pytest.mark.full(seconds=8, always=True)
def test_one_executor_measures_and_trains_in_turn(plan_of, images, tmp_path):
    plan = plan_of()
    store = RunStore(tmp_path)
    with open_executor(images, store.path, 2) as executor:
        before = executor.measure(plan.specs[:3])
        assert set(before) == {spec.id for spec in plan.specs[:3]}
        assert not any(store.has_trial(spec.id) for spec in plan.specs)
        for _ in range(2):
            executor.run([[spec] for spec in plan.specs[:2]], lambda progress: None, {})
        executor.shrink(1)
        executor.run([[plan.specs[2]]], lambda progress: None, {})
    assert [store.has_trial(spec.id) for spec in plan.specs[:4]] == [True, True, True, False]
    for speed in before.values():
        assert speed.judge > 0
        assert 0 < speed.watch < speed.train
        assert speed.peak_memory_bytes > 10_000_000


@pytest.mark.full(seconds=10)
def test_measuring_does_not_change_what_is_trained(plan_of, images, read_results, tmp_path):
    plan = plan_of()
    plain, measured = RunStore(tmp_path / "plain"), RunStore(tmp_path / "measured")
    run(images, plain.path, 1, plan.specs)
    with open_executor(images, measured.path, 1) as executor:
        executor.measure(plan.specs[:3])
        executor.run([[spec] for spec in plan.specs], lambda progress: None, {})
    assert read_results(plain, plan) == read_results(measured, plan)


@pytest.mark.full(seconds=6)
def test_workers_end_with_their_work(plan_of, images, tmp_path):
    before = set(find_children())
    run(images, tmp_path, 2, plan_of().specs[:2])
    assert set(find_children()) <= before
    assert not [t for t in threading.enumerate() if "listen" in t.name.lower()]


@pytest.mark.full(seconds=4)
def test_custom_operator_reaches_the_worker(plan_of, images, tmp_path):
    class Corner(Operator):
        """Keeps the bottom right value of each cell."""

        def forward(self, x):
            return x[:, :, self.stride - 1 :: self.stride, self.stride - 1 :: self.stride]

    register("corner-test")(Corner)
    plan = plan_of(operators=("corner-test",))
    run(images, tmp_path, 1, plan.specs[:1])
    network = restore_network(RunStore(tmp_path), plan.specs[0].id)
    assert isinstance(network.site, Corner)


def make_scaled(factor):
    class Scaled(Operator):
        """Decimation, times a number and a learned one."""

        def __init__(self, channels, *, stride):
            super().__init__(channels, stride=stride)
            self.weight = torch.nn.Parameter(torch.randn(channels, 1, 1))

        def forward(self, x):
            return x[:, :, :: self.stride, :: self.stride] * self.weight * factor

    return Scaled


def test_edited_operator_runs_again_and_is_not_restored_as_it_was(plan_of, images, tmp_path):
    register("edited-test")(make_scaled(1.0))
    before = plan_of(operators=("edited-test",), epochs=1).specs
    run_here(images, tmp_path, before[:1])
    register("edited-test")(make_scaled(2.0))
    after = plan_of(operators=("edited-test",), epochs=1).specs
    assert {spec.id for spec in before}.isdisjoint(spec.id for spec in after)
    with pytest.raises(RunError, match="another version"):
        restore_network(RunStore(tmp_path), before[0].id)


@pytest.mark.full(seconds=12)
def test_learned_operator_gives_the_same_bits_in_any_order(plan_of, images, read_results, tmp_path):
    register("learned-test")(make_scaled(1.0))
    plan = plan_of(operators=("max", "learned-test"), epochs=1)
    first, second = RunStore(tmp_path / "a"), RunStore(tmp_path / "b")
    run(images, first.path, 1, plan.specs)
    run(images, second.path, 2, plan.specs[::-1])
    assert read_results(first, plan) == read_results(second, plan)


@pytest.mark.full(seconds=5)
def test_file_in_the_working_directory_hides_no_library(plan_of, images, tmp_path, monkeypatch):
    (tmp_path / "random.py").write_text("raise RuntimeError('shadowed')")
    monkeypatch.chdir(tmp_path)
    plan = plan_of(epochs=1)
    run(images, tmp_path, 1, plan.specs[:1])
    assert RunStore(tmp_path).has_trial(plan.specs[0].id)


@pytest.mark.full(seconds=4)
def test_failing_operator_is_one_error_with_its_reason(plan_of, images, tmp_path):
    register("broken-test")(make_broken(ValueError("out of cheese")))
    plan = plan_of(operators=("broken-test",))
    with pytest.raises(TrainingError, match=r"failed: ValueError: out of cheese\. Finished"):
        run(images, tmp_path, 1, plan.specs)


def make_broken(error):
    class Broken(Operator):
        """Works on zeros, so that the network can be built."""

        def forward(self, x):
            if self.training and x.requires_grad:
                raise error
            return x[:, :, :: self.stride, :: self.stride]

    return Broken


@pytest.mark.full(seconds=4)
def test_error_of_a_worker_is_told_in_the_language_of_the_reader(
    plan_of, images, tmp_path, monkeypatch
):
    register("refusing-test")(make_broken(UsageError("operator.power", value=0.5)))
    specs = plan_of(operators=("refusing-test",)).specs[:1]
    monkeypatch.setattr(Voice, "lang", "ru")
    with pytest.raises(TrainingError) as caught:
        run(images, tmp_path, 1, specs)
    assert str(caught.value) == (
        f"Обучение {specs[0].id} завершилось с ошибкой: Задано p 0,5, а ожидается "
        "число не меньше 1. Завершённые обучения сохранены."
    )
    assert "p is 0.5; expected at least 1." in caught.value.tell("en")
    # An option that only the command line has.
    assert caught.value.tell("ru", "options").endswith("покажет --debug.")


def test_diverged_trial_counts_as_wrong_on_every_picture(plan_of, images, tmp_path):
    mad = QUICK.model_copy(update={"name": "mad", "learning_rate": 1000.0})
    plan = plan_of(operators=("max",), recipes=("mad",), own_recipes=(mad,), epochs=9)
    store = RunStore(tmp_path)
    run_here(images, tmp_path, plan.specs)
    assert all(store.load_trial(spec.id).diverged_at is not None for spec in plan.specs)
    # All its logits are alike, which would be right for the class that comes first.
    outcomes = collect_outcomes(store, plan.specs)
    assert not outcomes.correct.any()
    np.testing.assert_allclose(outcomes.losses, np.log(4))


def test_restored_network_predicts_what_was_measured(plan_of, images, tmp_path, small_set):
    plan = plan_of()
    store = RunStore(tmp_path)
    run_here(images, tmp_path, plan.specs)
    spec = plan.specs[2]
    arrays = store.load_arrays(spec.id, "predictions")
    pictures = torch.from_numpy(small_set.pool.images[arrays["index"]]).permute(0, 3, 1, 2).float()
    logits = restore_network(store, spec.id)(pictures)
    torch.testing.assert_close(logits, torch.from_numpy(arrays["logits"]), rtol=1e-4, atol=1e-4)

    trials = {variant.id: plan.list_trials(variant.id) for variant in plan.variants}
    outcomes = {name: collect_outcomes(store, own) for name, own in trials.items()}
    rows = make_leaderboard(store, outcomes, small_set.pool, "accuracy")
    for row in rows:
        mean = outcomes[row.variant].correct.mean()
        assert row.accuracy == pytest.approx(mean)
        assert row.accuracy_low <= row.accuracy <= row.accuracy_high
    assert sorted(rows, key=lambda row: -row.accuracy) == list(rows)
