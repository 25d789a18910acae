"""An npz file of anybody: its arrays, or one kind of error."""

import io

import numpy as np
import pytest

from poolbench.data.npz import read_arrays


def _pack(save=np.savez_compressed):
    buffer = io.BytesIO()
    save(buffer, images=np.arange(12, dtype=np.uint8), names=np.array(["a"]))
    return buffer.getvalue()


def test_read_arrays_reads_those_that_are_named(tmp_path):
    (tmp_path / "a.npz").write_bytes(_pack())
    assert list(read_arrays(tmp_path / "a.npz")) == ["images", "names"]
    assert read_arrays(tmp_path / "a.npz", {"names", "gone"})["names"].tolist() == ["a"]


def test_read_arrays_of_a_missing_file_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_arrays(tmp_path / "a.npz")


def test_read_arrays_refuses_one_array_with_an_archive_behind_it(tmp_path):
    one = io.BytesIO()
    np.save(one, np.arange(2))
    (tmp_path / "a.npz").write_bytes(one.getvalue() + _pack())
    with pytest.raises(ValueError, match="one array"):
        read_arrays(tmp_path / "a.npz")


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_read_arrays_of_damaged_bytes_is_a_value_error_or_none(tmp_path, save):
    # Flags of encryption, unknown compressions, broken headers: each byte in turn.
    whole = _pack(save)
    refused = 0
    for place in range(len(whole)):
        for changed in (
            whole[:place],
            whole[:place] + bytes([255 - whole[place]]) + whole[place + 1 :],
        ):
            (tmp_path / "a.npz").write_bytes(changed)
            try:
                read_arrays(tmp_path / "a.npz")
            except ValueError:
                refused += 1
    assert refused > len(whole)
