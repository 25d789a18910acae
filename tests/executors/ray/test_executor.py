"""Two nodes of a real Ray cluster on this machine: the same bits, whatever is lost."""

import os
import signal
import subprocess
import sys
import threading
from dataclasses import astuple, replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from poolbench.config import StudyConfig
from poolbench.errors import TrainingError, UsageError
from poolbench.executors.local import LocalExecutor
from poolbench.executors.ray import cluster
from poolbench.machine.description import describe_machine
from poolbench.operators import Operator, register
from poolbench.rundir.store import RunStore

pytestmark = pytest.mark.skipif(find_spec("ray") is None, reason="the extra ray is not installed")


@pytest.fixture(scope="module")
def nodes():
    """Two nodes of one processor core each."""
    with pytest.MonkeyPatch.context() as patch:
        # Before Ray is imported, which reads some of them once.
        for name, value in cluster.choose_environment(None).items():
            patch.setenv(name, value)
        yield from _start_nodes()


def _start_nodes():
    from ray.cluster_utils import Cluster

    handler = signal.getsignal(signal.SIGTERM)
    arguments = {"node_ip_address": "127.0.0.1", "num_cpus": 1}
    started = Cluster(
        initialize_head=True, head_node_args={**arguments, "include_dashboard": False}
    )
    started.add_node(**arguments)
    started.wait_for_nodes()
    # Who starts nodes in a process of Python is ended by the signal; poolbench does not.
    signal.signal(signal.SIGTERM, handler)
    yield started
    started.shutdown()


@pytest.fixture(scope="module")
def connected(nodes):
    """The config and the machine of a connection to them."""
    config = StudyConfig(executor="ray", address=nodes.address)
    with cluster.open_cluster(config) as machine:
        yield config, machine


def open_executor(connected, small_set, store):
    from poolbench.executors.ray.executor import RayExecutor

    config, machine = connected
    return RayExecutor(small_set, store, machine, config)


def run(connected, small_set, store, specs, on_progress=lambda progress: None, **settings):
    config, machine = connected
    with open_executor((config.model_copy(update=settings), machine), small_set, store) as executor:
        executor.run([[spec] for spec in specs], on_progress, {})


@pytest.fixture(scope="module")
def straight(tmp_path_factory, images):
    """A function from a plan to the run in which worker processes of this machine trained it."""
    made = {}

    def make(plan):
        ids = tuple(spec.id for spec in plan.specs)
        if ids not in made:
            made[ids] = RunStore(tmp_path_factory.mktemp("straight"))
            with LocalExecutor(images, made[ids].path, describe_machine(StudyConfig())) as local:
                local.run([[spec] for spec in plan.specs], lambda progress: None, {})
        return made[ids]

    return make


def find_tasks():
    """Process numbers of Ray's workers while they serve a group."""
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                command = Path(entry.path, "cmdline").read_bytes()
            except OSError:
                continue
            if command.startswith(b"ray::_serve_group"):
                yield int(entry.name)


@pytest.mark.full(seconds=5)
def test_two_nodes_are_one_machine_of_two_workers(connected):
    config, machine = connected
    here = describe_machine(config)
    assert (machine.fingerprint, machine.device) == (here.fingerprint, here.device)
    assert (machine.workers, machine.cores) == (2, 1)
    assert [node["has_token"] for node in machine.environment["nodes"]] == [True, True]


@pytest.mark.full(seconds=5)
def test_signal_that_ends_a_program_still_does_what_it_did(connected):
    # Ray would have it end the process at once, so that nothing is said and nothing cleaned up.
    handler = signal.getsignal(signal.SIGTERM)
    assert not getattr(handler, "__module__", "").startswith("ray")


@pytest.mark.full(seconds=45)
def test_results_are_those_of_this_machine(
    connected, small_set, plan_of, straight, read_results, read_told, tmp_path
):
    plan, store, seen = plan_of(), RunStore(tmp_path), []
    run(connected, small_set, store, plan.specs, seen.append)
    assert read_results(store, plan) == read_results(straight(plan), plan)
    assert sorted(p.trial for p in seen if p.kind == "done") == sorted(s.id for s in plan.specs)
    # Every epoch is told of, and before the end of its trial.
    for spec in plan.specs:
        *epochs, last = [p for p in seen if p.trial == spec.id]
        told = [(p.epoch, *astuple(p.measures)) for p in epochs]
        assert (told, last.kind) == (read_told(store, spec.id), "done")


class Killer(threading.Thread):
    """Kills the first so many tasks that it finds at work."""

    def __init__(self, most):
        super().__init__(daemon=True)
        self.most = most
        self.killed = set()
        self.is_over = threading.Event()

    def run(self):
        while len(self.killed) < self.most and not self.is_over.wait(0.02):
            for process in set(find_tasks()) - self.killed:
                os.kill(process, signal.SIGKILL)
                self.killed.add(process)


@pytest.mark.full(seconds=30)
def test_killed_workers_change_nothing(
    connected, small_set, plan_of, straight, read_results, tmp_path
):
    plan, store, killer = plan_of(epochs=8), RunStore(tmp_path), Killer(2)
    killer.start()
    run(connected, small_set, store, plan.specs)
    killer.is_over.set()
    killer.join()
    assert len(killer.killed) >= 2
    assert read_results(store, plan) == read_results(straight(plan), plan)


@pytest.mark.full(seconds=10)
def test_speed_is_measured_where_trials_will_run(connected, small_set, plan_of, tmp_path):
    spec = plan_of().specs[0]
    with open_executor(connected, small_set, RunStore(tmp_path)) as executor:
        speeds = executor.measure([spec])
        assert executor.fit(list(speeds.values())) == 2
    assert 0 < speeds[spec.id].watch < speeds[spec.id].train
    assert not RunStore(tmp_path).has_trial(spec.id)


@pytest.mark.full(seconds=15)
def test_shared_folder_holds_what_is_not_trained_again(connected, small_set, plan_of, tmp_path):
    plan = plan_of()
    shared, first, second = (RunStore(tmp_path / name) for name in ("shared", "first", "second"))
    run(connected, small_set, first, plan.specs[:2], storage=shared.path)
    ids = [spec.id for spec in plan.specs[:2]]
    assert all(store.has_trial(name) for store in (shared, first) for name in ids)
    stamp = (shared.trials / ids[0] / "timing.json").read_bytes()
    run(connected, small_set, second, plan.specs[:3], storage=shared.path)
    assert all(second.has_trial(spec.id) for spec in plan.specs[:3])
    # The seconds of the first training came along, so it was the only one.
    assert (second.trials / ids[0] / "timing.json").read_bytes() == stamp


@pytest.mark.full(seconds=15)
def test_pictures_that_no_object_store_holds_go_through_the_shared_folder(
    connected, small_set, plan_of, straight, tmp_path, monkeypatch
):
    from poolbench.executors.ray import executor as ray

    monkeypatch.setattr(ray, "STORE_SHARE", 0)
    plan, store = plan_of(), RunStore(tmp_path / "run")
    with pytest.raises(UsageError, match="storage="):
        run(connected, small_set, store, plan.specs[:1])
    for _ in range(2):
        run(connected, small_set, store, plan.specs[:1], storage=tmp_path / "shared")
    name = f"trials/{plan.specs[0].id}/record.json"
    assert (store.path / name).read_bytes() == (straight(plan).path / name).read_bytes()
    assert len(list((tmp_path / "shared").glob("pictures-*"))) == 1


@pytest.mark.full(seconds=10)
def test_own_operator_that_fails_is_one_error_with_its_reason(
    connected, small_set, plan_of, tmp_path
):
    class Broken(Operator):
        """Works on zeros, so that the network can be built."""

        def forward(self, x):
            if self.training and x.requires_grad:
                raise ValueError("out of cheese")
            return x[:, :, :: self.stride, :: self.stride]

    register("broken-ray-test")(Broken)
    plan = plan_of(operators=("broken-ray-test",))
    with pytest.raises(TrainingError, match="out of cheese"):
        run(connected, small_set, RunStore(tmp_path), plan.specs)


@pytest.mark.full(seconds=5)
def test_node_of_another_kind_does_not_train(connected, small_set, plan_of, tmp_path):
    config, machine = connected
    other = replace(machine, fingerprint="0" * 16)
    with pytest.raises(TrainingError, match="differs "):
        run((config, other), small_set, RunStore(tmp_path), plan_of().specs[:1])


@pytest.mark.full(seconds=20)
def test_lost_node_changes_nothing(
    nodes, connected, small_set, plan_of, straight, read_results, tmp_path
):
    plan, store, lost = plan_of(), RunStore(tmp_path), []

    def lose(progress):
        if not lost:
            lost.append(nodes.worker_nodes.copy().pop())
            nodes.remove_node(lost[0], allow_graceful=False)

    run(connected, small_set, store, plan.specs, lose)
    assert lost
    assert read_results(store, plan) == read_results(straight(plan), plan)


@pytest.mark.full(seconds=15)
def test_without_an_address_a_cluster_is_started_and_ended(tmp_path):
    code = (
        "import glob, os\n"
        "from poolbench.config import StudyConfig\n"
        "from poolbench.executors.ray.cluster import SHORT_FOLDER, open_cluster\n"
        "def look(): return set(glob.glob(f'{SHORT_FOLDER}/poolbench-*/r/session_latest'))\n"
        "before = look()\n"
        "with open_cluster(StudyConfig(executor='ray', workers=1)) as machine:\n"
        "    node, = machine.environment['nodes']\n"
        "    made = look() - before\n"
        "    modes = {os.stat(os.path.dirname(os.path.dirname(name))).st_mode for name in made}\n"
        "print(machine.workers, node['address'], node['has_token'], made <= look(), bool(made))\n"
        "print(*(oct(mode & 0o777) for mode in modes))\n"
    )
    environment = {k: v for k, v in os.environ.items() if not k.startswith("RAY_")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**environment, "HOME": str(tmp_path)},
    )
    # Neither logs nor a token stay behind, and nobody else could reach them.
    assert done.stdout.split() == ["1", "127.0.0.1", "True", "False", "True", "0o700"]
    assert not list(tmp_path.iterdir())
