"""Files that last, locks that name their holder, signals that clean up."""

import errno
import gc
import os
import signal
import stat
import subprocess
import sys
import time
import weakref

import pytest

from poolbench import system
from poolbench.system import (
    HeldError,
    count_cores,
    ended_by_signals,
    hold_lock,
    read_available_memory_bytes,
    read_free_bytes,
    read_processor_seconds,
    replace_file,
    was_ended,
    write_file,
)


def test_writes_that_take_a_few_bytes_each_write_all(tmp_path, monkeypatch):
    whole = os.write
    monkeypatch.setattr(system.os, "write", lambda file, content: whole(file, content[:3]))
    write_file(tmp_path / "file", b"0123456789")
    assert (tmp_path / "file").read_bytes() == b"0123456789"


@pytest.mark.parametrize("call", ["open", "write", "fsync", "replace"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EDQUOT])
def test_refused_replacement_leaves_what_was_there(tmp_path, monkeypatch, call, code):
    place = tmp_path / "file"
    place.write_bytes(b"old")

    def refuse(*arguments):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(system.Path if call == "replace" else system.os, call, refuse)
    with pytest.raises(OSError, match=os.strerror(code)):
        replace_file(place, b"new")
    assert place.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [place]


@pytest.mark.parametrize("code", [errno.EINVAL, errno.ENOTSUP, errno.ENOSYS])
def test_folder_that_cannot_be_flushed_is_no_failure(tmp_path, monkeypatch, code):
    whole = os.fsync

    def refuse_folders(descriptor):
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(code, os.strerror(code))
        whole(descriptor)

    monkeypatch.setattr(system.os, "fsync", refuse_folders)
    replace_file(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"new"


def test_links_are_not_written_through(tmp_path):
    other, place = tmp_path / "other", tmp_path / "file"
    other.write_bytes(b"somebody's")
    for link in (place, tmp_path / ".part-file"):
        link.symlink_to(other)
        with pytest.raises(FileExistsError):
            write_file(link, b"new")
    replace_file(place, b"new")
    assert other.read_bytes() == b"somebody's"
    assert place.read_bytes() == b"new"
    assert not place.is_symlink()
    # A link that happens to be called as an unfinished file is nobody's business.
    assert sorted(tmp_path.iterdir()) == [tmp_path / ".part-file", place, other]


def test_lock_names_its_holder_and_is_free_when_that_is_dead(tmp_path):
    code = (
        "import sys, time; from pathlib import Path; from poolbench.system import hold_lock\n"
        "with hold_lock(Path(sys.argv[1])):\n"
        "    print('held', flush=True); time.sleep(600)\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(HeldError, match=rf"process {holder.pid} on '.+' since 20"):
            hold_lock(tmp_path).__enter__()
        holder.kill()
    with hold_lock(tmp_path):
        assert (tmp_path / ".holder.json").is_file()
    assert not (tmp_path / ".holder.json").exists()


def test_holder_that_cannot_be_read_is_another_process(tmp_path):
    with hold_lock(tmp_path):
        (tmp_path / ".holder.json").write_text("{")
        with pytest.raises(HeldError, match="another process"):
            hold_lock(tmp_path).__enter__()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signals_that_end_a_program_interrupt_it(number):
    # One that is ignored, as under nohup, stays ignored; see below.
    found = signal.signal(number, signal.SIG_DFL)
    try:
        with pytest.raises(KeyboardInterrupt), ended_by_signals():
            signal.raise_signal(number)
        assert signal.getsignal(number) == signal.SIG_DFL
    finally:
        signal.signal(number, found)


def test_signal_in_a_callback_of_pythons_own_is_not_forgotten(monkeypatch):
    class Thing:
        pass

    dropped = []
    monkeypatch.setattr(sys, "unraisablehook", dropped.append)
    thing = Thing()
    with ended_by_signals():
        assert not was_ended()
        weakref.finalize(thing, signal.raise_signal, signal.SIGTERM)
        del thing
        gc.collect()
        assert was_ended()
    assert [one.exc_type for one in dropped] == [KeyboardInterrupt]


def test_signal_that_was_ignored_stays_so():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with ended_by_signals():
            signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_room_of_a_folder_that_is_not_there_yet_is_that_of_its_disk(tmp_path):
    assert read_free_bytes(tmp_path / "not" / "yet") > 0


def test_cores_are_those_of_the_affinity_and_of_the_share_of_time(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    alone = count_cores()
    assert 1 <= alone <= os.cpu_count()
    for share, cores in ((1, 1), (alone, alone), (alone + 5, alone), (None, alone)):
        monkeypatch.setattr(system, "read_cores", lambda share=share: share)
        assert count_cores() == (cores if share != alone else alone)


@pytest.mark.parametrize(
    ("given", "cores"),
    [("1", 1), ("3", 3), ("2,4", 2), ("", 4), ("0", 4), ("-1", 4), ("many", 4), ("99", 4)],
)
@pytest.mark.parametrize("variable", ["OMP_NUM_THREADS", "PYTHON_CPU_COUNT"])
def test_cores_are_no_more_than_a_variable_says(monkeypatch, variable, given, cores):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(4)), raising=False)
    monkeypatch.setattr(system, "read_cores", lambda: None)
    monkeypatch.setenv(variable, given)
    assert count_cores() == cores


def test_processor_time_of_a_process_grows_with_its_work_alone():
    own = read_processor_seconds(os.getpid())
    if own is None:
        pytest.skip("this system hides it")
    while time.process_time() < own + 0.1:
        pass
    assert own + 0.05 <= read_processor_seconds(os.getpid()) <= own + 5
    assert read_processor_seconds(2**22 + 1) is None


def test_read_available_memory_bytes_is_at_most_what_the_machine_has():
    free = read_available_memory_bytes()
    if hasattr(os, "sysconf"):
        assert 0 < free <= os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="two writers at once")
def test_writers_of_one_file_do_not_take_it_from_each_other(tmp_path):
    place, rounds = tmp_path / "file", 60
    contents = [letter * 50_000 for letter in (b"A", b"B")]
    code = (
        "import sys; from pathlib import Path; from poolbench.system import replace_file\n"
        "content = sys.argv[2].encode() * 50_000\n"
        f"for _ in range({rounds}): replace_file(Path(sys.argv[1]), content)\n"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", code, str(place), letter]) for letter in "AB"
    ]
    seen = set()
    while any(writer.poll() is None for writer in writers):
        if place.exists():
            seen.add(place.read_bytes())
    assert [writer.returncode for writer in writers] == [0, 0]
    assert seen <= set(contents)
    assert list(tmp_path.iterdir()) == [place]


def test_a_half_that_somebody_removes_is_written_once_more(tmp_path, monkeypatch):
    calls = []

    def take_first(part, place):
        calls.append(part.name)
        if len(calls) == 1:
            part.unlink()
        part.replace(place)

    monkeypatch.setattr(system, "rename", take_first)
    replace_file(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"new"
    assert len(set(calls)) == 2
    with pytest.raises(FileNotFoundError):
        replace_file(tmp_path / "gone" / "file", b"new")
