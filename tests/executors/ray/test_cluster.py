"""What is asked of a cluster before anything runs there."""

import socket
from dataclasses import replace

import pytest

from poolbench.config import StudyConfig
from poolbench.errors import RunError, UsageError
from poolbench.executors.ray import cluster
from poolbench.executors.ray.nodes import Node, combine_nodes, explain_failure
from poolbench.hosts import is_loopback
from poolbench.machine.description import describe_machine

HERE = describe_machine(StudyConfig(device="cpu", precision="float32"))


def make_node(address="10.0.0.1", cpus=4, gpus=0, has_token=True, **facts):
    """A node of this machine's kind, or with other facts."""
    machines = {"cpu": replace(HERE, **facts)}
    if gpus:
        machines["cuda"] = replace(HERE, device="cuda", **facts)
    return Node(address, cpus, gpus, 1 << 30, has_token, machines)


def test_equal_nodes_are_one_machine():
    nodes = [make_node(cpus=4), make_node("10.0.0.2", cpus=2)]
    machine = combine_nodes(nodes, StudyConfig())
    # One that is alone must find room on any of them.
    assert (machine.workers, machine.cores) == (6, 2)
    assert machine.fingerprint == HERE.fingerprint
    assert combine_nodes(nodes, StudyConfig(workers=3)).workers == 3


def test_nodes_without_the_device_do_not_count():
    nodes = [make_node(fingerprint="a"), make_node(gpus=2, fingerprint="b")]
    machine = combine_nodes(nodes, StudyConfig())
    assert (machine.device, machine.workers, machine.fingerprint) == ("cuda", 2, "b")
    environment = machine.environment["nodes"]
    assert [node["fingerprint"] for node in environment] == [None, "b"]
    on_cpu = combine_nodes([make_node(), make_node(gpus=2)], StudyConfig(device="cpu"))
    assert (on_cpu.device, on_cpu.workers) == ("cpu", 8)
    with pytest.raises(UsageError, match="device 'cuda'; they have: cpu"):
        combine_nodes([make_node()], StudyConfig(device="cuda"))


def test_nodes_that_differ_need_a_word():
    nodes = [make_node(fingerprint="aa"), make_node("10.0.0.2", fingerprint="bb")]
    with pytest.raises(UsageError, match=r"10\.0\.0\.2: bb[^\0]*allow_mixed=True"):
        combine_nodes(nodes, StudyConfig(executor="ray"))
    allowed = StudyConfig(executor="ray", allow_mixed=True)
    mixed = combine_nodes(nodes, allowed)
    assert mixed.fingerprint == "mixed-aa-bb"
    assert combine_nodes(nodes[::-1], allowed).fingerprint == mixed.fingerprint


def test_nodes_of_other_versions_are_refused_in_any_case():
    nodes = [make_node(), make_node("10.0.0.2", poolbench="0.0.1")]
    with pytest.raises(UsageError, match="same versions"):
        combine_nodes(nodes, StudyConfig(executor="ray", allow_mixed=True))


def test_mixed_nodes_use_what_all_of_them_can():
    nodes = [
        make_node(precisions=("float32", "bfloat16"), fingerprint="a"),
        make_node(precisions=("float32",), fingerprint="b"),
    ]
    config = StudyConfig(executor="ray", allow_mixed=True)
    assert combine_nodes(nodes, config).precisions == ("float32",)


def test_cluster_that_lets_in_everyone_is_refused_unless_only_this_machine_reaches_it():
    with pytest.raises(RunError, match="RAY_AUTH_MODE=token"):
        combine_nodes([make_node(has_token=False)], StudyConfig())
    with pytest.raises(RunError, match="RAY_AUTH_MODE=token"):
        combine_nodes([make_node(), make_node(has_token=False)], StudyConfig())
    local = make_node("127.0.0.1", has_token=False)
    assert combine_nodes([local], StudyConfig()).workers == 4


@pytest.mark.parametrize("address", ["nonsense", "http://127.0.0.1:1", "127.0.0.1", ":6379", "a:b"])
def test_what_is_no_address_is_refused(address):
    with pytest.raises(UsageError, match="HOST:PORT"):
        cluster.check_reachable(address)


def test_address_where_nobody_listens_is_refused_at_once():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        cluster.check_reachable(f"127.0.0.1:{port}")
        cluster.check_reachable(f"ray://127.0.0.1:{port}")
    with pytest.raises(RunError, match="No Ray cluster answers"):
        cluster.check_reachable(f"127.0.0.1:{port}")


def test_address_is_found_where_ray_leaves_it(tmp_path, monkeypatch):
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    monkeypatch.setenv("RAY_TMPDIR", str(tmp_path))
    with pytest.raises(RunError, match="ray start"):
        cluster.find_address()
    (tmp_path / "ray").mkdir()
    (tmp_path / "ray" / "ray_current_cluster").write_text("127.0.0.1:6379\n")
    assert cluster.find_address() == "127.0.0.1:6379"
    monkeypatch.setenv("RAY_ADDRESS", "10.0.0.1:6379")
    assert cluster.find_address() == "10.0.0.1:6379"


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.8.8.8", "::1", "localhost", "10.0.0.1", "0.0.0.0", "example.org", ""]
)
def test_loopback_is_told_from_networks(host):
    expected = host in ("127.0.0.1", "127.8.8.8", "::1", "localhost")
    assert is_loopback(host) is expected


def test_new_cluster_gets_a_token_of_its_own_and_stays_on_this_machine():
    first, second = (cluster.choose_environment(None) for _ in range(2))
    assert first["RAY_AUTH_MODE"] == "token"
    assert first["RAY_AUTH_TOKEN"] != second["RAY_AUTH_TOKEN"]
    assert first["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] == "0"
    assert "RAY_AUTH_TOKEN" not in cluster.choose_environment("10.0.0.1:6379")
    assert "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER" in cluster.choose_environment("ray://[::1]:10001")
    assert "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER" not in cluster.choose_environment("10.0.0.1:6379")


def test_failure_to_join_says_what_a_token_has_to_do_with_it():
    words = "Traceback (most recent call last): InvalidAuthToken: Authentication token is missing"
    told = str(explain_failure("10.0.0.1:6379", ConnectionError(words)))
    assert "10.0.0.1:6379" in told
    assert "~/.ray/auth_token" in told
    # Ray Client gives no reason.
    assert "token" in str(explain_failure("ray://10.0.0.1:1", ConnectionError("timeout")))
    other = str(explain_failure("10.0.0.1:6379", RuntimeError("Version mismatch: 2.59")))
    assert "Version mismatch" in other
    assert "token" not in other
    assert "started" in str(explain_failure(None, RuntimeError("no room")))
