"""An npz file of anybody: its arrays, or one kind of error."""

import io
import pickle
import zipfile

import numpy as np
import pytest

from poolbench.data import npz
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


class Evil:
    """What runs when it is unpickled."""

    def __reduce__(self):
        return exec, ("raise SystemExit('unpickled')",)


def _pack_members(**members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return buffer.getvalue()


def _make_head(shape, dtype):
    """What says that an array follows."""
    buffer = io.BytesIO()
    facts = {"descr": dtype, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(buffer, facts)
    return buffer.getvalue()


STRANGE = {
    "pickle": pickle.dumps(Evil()),
    "array of objects": _pack_members(a=_make_head((1,), "|O") + pickle.dumps(Evil())),
    "more than memory": _pack_members(a=_make_head((1 << 44,), "<f8")),
    "more than a number": _pack_members(a=_make_head((1 << 62, 1 << 62), "<f8")),
    "fewer than none": _pack_members(a=_make_head((-1,), "<f8")),
    "head that is a program": _pack_members(a=b"\x93NUMPY\x01\x00\x10\x00__import__('os')"),
    "endless head": _pack_members(a=b"\x93NUMPY\x02\x00\xff\xff\xff\x7f" + b"(" * 100_000),
    "unknown kind": _pack_members(a=_make_head((1,), "<x9")),
}


@pytest.mark.parametrize("name", STRANGE)
def test_read_arrays_refuses_what_is_more_than_numbers(tmp_path, name):
    (tmp_path / "a.npz").write_bytes(STRANGE[name])
    with pytest.raises(ValueError):
        read_arrays(tmp_path / "a.npz")


def test_read_arrays_unpacks_no_more_than_memory_holds(tmp_path, monkeypatch):
    path = tmp_path / "a.npz"
    np.savez_compressed(path, a=np.zeros(1_000_000, np.uint8))
    assert path.stat().st_size < 10_000
    monkeypatch.setattr(npz, "read_available_memory_bytes", lambda: 999_999)
    with pytest.raises(ValueError, match="it unpacks to 1,000,1"):
        read_arrays(path)
