"""Words that cannot be written, and standard streams that are closed."""

import io
import subprocess
import sys
from pathlib import Path

import pytest

from poolbench.streams import forgive

FULL = Path("/dev/full")
# Classes of the built-in image set: a command that takes no time and prints a result.
CLASSES = [sys.executable, "-m", "poolbench", "classes", "--data", "sample", "--json"]
needs_full_disk = pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full")


def test_forgiving_stream_is_the_stream_that_it_is_made_of():
    whole = io.StringIO()
    stream = forgive(whole)
    assert stream.write("ёлка") == 4
    stream.flush()
    assert whole.getvalue() == "ёлка"
    assert not stream.isatty()
    assert forgive(None).write("nowhere") == 7


@needs_full_disk
def test_forgiving_stream_goes_on_where_there_is_no_room_and_after_its_end():
    with FULL.open("w", encoding="utf-8") as full:
        stream = forgive(full)
        for _ in range(3):
            stream.write("x" * 20_000)
            stream.flush()
    stream.write("x")
    stream.flush()


@pytest.mark.full(seconds=5, always=True)
@needs_full_disk
def test_full_standard_error_costs_no_result():
    with FULL.open("w") as full:
        done = subprocess.run(CLASSES, stdout=subprocess.PIPE, stderr=full, check=False)
    assert done.returncode == 0
    assert b'"lemon"' in done.stdout
    with FULL.open("w") as full:
        refused = [*CLASSES[:3], "run", "--operators", "mux"]
        assert subprocess.run(refused, stderr=full, check=False).returncode == 2


def test_closed_streams_cost_no_result():
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" 2>&-', "sh", *CLASSES], capture_output=True, check=False
    )
    assert (done.returncode, b'"lemon"' in done.stdout) == (0, True)
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" >&-', "sh", *CLASSES], capture_output=True, check=False
    )
    assert (done.returncode, b"cannot be written to standard output" in done.stderr) == (1, True)


@needs_full_disk
def test_json_without_room_is_one_message():
    with FULL.open("w") as full:
        done = subprocess.run(CLASSES, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 1
    assert done.stderr.decode().count("\n") == 1
    assert b"no space left on the disk" in done.stderr
