"""Limits of control groups, from files as the kernel writes them."""

from pathlib import Path

import pytest

from poolbench.cgroup import read_cores, read_free_memory_bytes

GIB = 2**30
V1_NO_LIMIT = 0x7FFFFFFFFFFFF000


def write(folder, **files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_text(f"{content}\n")


def write_process(tmp_path, groups, mounts):
    """``/proc/self`` of a process in these groups that sees these mounts."""
    proc = tmp_path / "proc"
    proc.mkdir()
    (proc / "cgroup").write_text("".join(f"{line}\n" for line in groups))
    lines = ["22 1 0:20 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"]
    lines += [
        f"{number} 22 0:{number} {root} {place} rw,nosuid shared:9 master:2 - {kind}\n"
        for number, (root, place, kind) in enumerate(mounts, 30)
    ]
    (proc / "mountinfo").write_text("".join(lines))
    return proc


def test_v2_tightest_ancestor_counts(tmp_path):
    top = tmp_path / "fs"
    write(top, cgroup__controllers="cpu memory")
    write(top / "a", memory__max=3 * GIB, memory__current=GIB, memory__stat="inactive_file 0")
    write(top / "a", cpu__max="250000 100000")
    write(top / "a" / "b", memory__max=8 * GIB, memory__current=GIB, cpu__max="max 100000")
    write(top / "a" / "b" / "c", memory__max="max", memory__current=GIB, cpu__max="800000 100000")
    write(top / "other", memory__max=1, memory__current=0, cpu__max="1000 100000")
    proc = write_process(tmp_path, ["0::/a/b/c"], [("/", top, "cgroup2 cgroup2 rw")])
    assert read_free_memory_bytes(proc) == 2 * GIB
    assert read_cores(proc) == 3


def test_v2_file_cache_counts_as_free_and_the_soft_limit_as_one(tmp_path):
    top = tmp_path / "fs"
    write(top / "a", memory__max=8 * GIB, memory__high=4 * GIB, memory__current=3 * GIB)
    write(top / "a", memory__stat=f"anon 5\ninactive_file {GIB}")
    proc = write_process(tmp_path, ["0::/a"], [("/", top, "cgroup2 none rw,nsdelegate")])
    assert read_free_memory_bytes(proc) == 2 * GIB
    assert read_cores(proc) is None


def test_v1_each_controller_has_a_group_of_its_own(tmp_path):
    cpu, memory = tmp_path / "cpu", tmp_path / "memory"
    write(memory, memory__limit_in_bytes=V1_NO_LIMIT, memory__usage_in_bytes=9 * GIB)
    write(memory / "job", memory__limit_in_bytes=2 * GIB, memory__usage_in_bytes=GIB)
    write(memory / "job", memory__stat=f"inactive_file 1\ntotal_inactive_file {GIB // 2}")
    write(memory / "job" / "step", memory__limit_in_bytes=V1_NO_LIMIT, memory__usage_in_bytes=0)
    write(cpu, cpu__cfs_quota_us=-1, cpu__cfs_period_us=100000)
    write(cpu / "quota" / "in", cpu__cfs_quota_us=50000, cpu__cfs_period_us=100000)
    groups = ["5:cpuacct,cpu:/quota/in", "4:memory:/job/step", "1:name=systemd:/x", "0::/y"]
    mounts = [
        ("/", cpu, "cgroup cgroup rw,cpu,cpuacct"),
        ("/", memory, "cgroup cgroup rw,memory"),
        ("/", tmp_path / "systemd", "cgroup cgroup rw,name=systemd"),
        ("/", tmp_path / "unified", "cgroup2 cgroup2 rw"),
    ]
    proc = write_process(tmp_path, groups, mounts)
    assert read_free_memory_bytes(proc) == GIB + GIB // 2
    assert read_cores(proc) == 1


@pytest.mark.parametrize(
    ("group", "root", "inner"),
    [
        # The mount of a container without a namespace shows the group that it is in.
        ("/docker/abc", "/docker/abc", "."),
        ("/docker/abc/job", "/docker/abc", "job"),
        # A process that was moved out of what is seen there.
        ("/../other", "/", "."),
        ("/elsewhere", "/docker/abc", "."),
    ],
)
def test_group_is_found_where_its_mount_shows_it(tmp_path, group, root, inner):
    top = tmp_path / "with blank"
    write(top / inner, memory__max=2 * GIB, memory__current=GIB, cpu__max="100000 100000")
    place = str(top).replace(" ", "\\040")
    proc = write_process(tmp_path, [f"0::{group}"], [(root, place, "cgroup2 cgroup rw")])
    assert read_free_memory_bytes(proc) == GIB
    assert read_cores(proc) == 1


def test_system_without_control_groups_limits_nothing(tmp_path):
    assert read_free_memory_bytes(tmp_path) is None
    assert read_cores(tmp_path) is None
    assert read_cores(Path("/nowhere")) is None
