"""The published format: on a small set of the same form, and on the real archive where it is."""

import gzip
import hashlib
import io
import pickle
import shutil
import tarfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from poolbench.config import DataConfig
from poolbench.data.cache import get_cache_folder
from poolbench.data.cifar import CIFAR10, CIFAR100, load_cifar, unpickle_checked
from poolbench.data.load import load_image_set
from poolbench.data.names import CIFAR100_CLASSES
from poolbench.errors import DataError

REAL_ARCHIVE = Path(__file__).parents[2] / ".." / "shared" / "data" / "cifar-100-python.tar.gz"
NAMES = ["cat", "dog", "frog"]


@pytest.fixture(autouse=True)
def own_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("POOLBENCH_CACHE", str(tmp_path / "cache"))


def _md5(data):
    return hashlib.md5(data).hexdigest()


def _make_batch(count, seed, labels_key):
    rng = np.random.default_rng(seed)
    return {
        "data": rng.integers(0, 256, (count, 3072), dtype=np.uint8),
        labels_key: [int(label) for label in rng.integers(0, 3, count)],
    }


@pytest.fixture(params=[CIFAR10, CIFAR100], ids=["cifar10", "cifar100"])
def small(request):
    """A published set of a few pictures, and its files: name to content."""
    original = request.param
    content = {name: {original.classes_key: NAMES} for name in original.meta_md5s}
    for seed, name in enumerate([*original.pool_md5s, *original.test_md5s]):
        content[name] = _make_batch(5, seed, original.labels_key)
    # Protocol 4 still writes the call that Python 2 wrote.
    files = {name: pickle.dumps(value, protocol=4) for name, value in content.items()}
    published = replace(
        original,
        pool_md5s={name: _md5(files[name]) for name in original.pool_md5s},
        test_md5s={name: _md5(files[name]) for name in original.test_md5s},
        meta_md5s={name: _md5(files[name]) for name in original.meta_md5s},
    )
    return published, files, content


def _write_archive(path, folder, files, extra=()):
    with tarfile.open(path, "w:gz") as archive:
        for name, data in [*extra, *((f"{folder}/{name}", data) for name, data in files.items())]:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def test_load_cifar_reads_pictures_labels_and_names_in_order(small, tmp_path):
    published, files, content = small
    archive = _write_archive(tmp_path / "a.tar.gz", published.folder, files)
    image_set = load_cifar(published, archive)
    assert image_set.classes == tuple(NAMES)
    assert image_set.has_official_test
    batches = [content[name] for name in published.pool_md5s]
    labels = [label for batch in batches for label in batch[published.labels_key]]
    assert image_set.pool.labels.tolist() == labels
    assert image_set.pool.names[-1] == f"train/{len(labels) - 1}"
    # The last picture of the last batch: its red plane comes first, row by row.
    row = batches[-1]["data"][-1]
    picture = image_set.pool.images[-1]
    assert picture.shape == (32, 32, 3)
    assert picture[3, 5].tolist() == [row[3 * 32 + 5], row[1024 + 101], row[2048 + 101]]


@pytest.mark.parametrize("is_nested", [False, True])
def test_load_cifar_reads_a_folder(small, tmp_path, is_nested):
    published, files, _ = small
    folder = tmp_path / "unpacked" / (published.folder if is_nested else "")
    folder.mkdir(parents=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    from_folder = load_cifar(published, tmp_path / "unpacked")
    archive = _write_archive(tmp_path / "a.tar.gz", published.folder, files)
    assert from_folder.manifest_hash == load_cifar(published, archive).manifest_hash


def test_load_cifar_reads_only_the_named_members(small, tmp_path):
    published, files, _ = small
    extra = [("../outside", b"x"), (f"{published.folder}/../train", b"x"), ("train", b"x")]
    archive = _write_archive(tmp_path / "a.tar.gz", published.folder, files, extra)
    before = {path for path in tmp_path.rglob("*") if "cache" not in path.parts}
    assert len(load_cifar(published, archive).test) == 5
    assert {path for path in tmp_path.rglob("*") if "cache" not in path.parts} == before


def test_load_cifar_reads_no_endless_list(small, tmp_path):
    archive = tmp_path / "a.tar.gz"
    archive.write_bytes(gzip.compress(tarfile.TarInfo("x").tobuf() * 5000, compresslevel=1))
    with pytest.raises(DataError, match="more than 1,000 members"):
        load_cifar(small[0], archive)


@pytest.mark.parametrize("where", ["pool_md5s", "test_md5s", "meta_md5s"])
def test_load_cifar_refuses_a_member_with_another_md5(small, tmp_path, where):
    published, files, _ = small
    # The arrays of the true set are in the cache: a changed file is refused all the same.
    load_cifar(published, _write_archive(tmp_path / "a.tar.gz", published.folder, files))
    name = next(iter(getattr(published, where)))
    changed = {**files, name: files[name][:-2] + b"x" + files[name][-1:]}
    archive = _write_archive(tmp_path / "a.tar.gz", published.folder, changed)
    with pytest.raises(DataError, match=f"{name} in .*has MD5 {_md5(changed[name])}"):
        load_cifar(published, archive)


class Evil:
    def __reduce__(self):
        return exec, ("raise SystemExit('unpickled')",)


def test_unpickle_checked_reads_nothing_before_the_md5_is_known():
    with pytest.raises(DataError, match="MD5"):
        unpickle_checked(pickle.dumps(Evil()), "0" * 32, "train")


@pytest.mark.parametrize("value", [Evil(), {"data": [len]}, np.float64(1.0), Path("x")])
def test_unpickle_checked_admits_only_arrays_and_containers(value):
    data = pickle.dumps(value, protocol=2)
    with pytest.raises(DataError, match="only NumPy arrays are allowed"):
        unpickle_checked(data, _md5(data), "train")


def test_unpickle_checked_takes_arrays_of_either_numpy():
    data = pickle.dumps({"x": [np.arange(3)]}, protocol=4)
    new, old = b"\x8c\x16numpy._core.multiarray", b"\x8c\x15numpy.core.multiarray"
    for module in (new, old):
        # A frame states its length: one byte less where the name is shorter.
        changed = data.replace(new, module)
        changed = changed[:3] + (len(changed) - 11).to_bytes(8, "little") + changed[11:]
        assert unpickle_checked(changed, _md5(changed), "x")["x"][0].tolist() == [0, 1, 2]


def test_load_cifar_says_how_to_get_what_is_not_here(small):
    with pytest.raises(DataError, match=r"download=True.*data_file=PATH"):
        load_cifar(small[0])


def test_load_cifar_takes_the_archive_from_the_cache_folder(small):
    published, files, _ = small
    get_cache_folder().mkdir()
    _write_archive(get_cache_folder() / published.url.rpartition("/")[2], published.folder, files)
    assert len(load_cifar(published).test) == 5


def test_load_cifar_needs_the_archive_only_once(small, tmp_path):
    published, files, _ = small
    archive = _write_archive(tmp_path / "a.tar.gz", published.folder, files)
    first = load_cifar(published, archive).manifest_hash
    archive.unlink()
    assert load_cifar(published).manifest_hash == first


def test_load_cifar_decodes_again_what_was_damaged_in_the_cache(small, tmp_path):
    published, files, _ = small
    archive = _write_archive(tmp_path / "a.tar.gz", published.folder, files)
    first = load_cifar(published, archive).manifest_hash
    for path in (get_cache_folder() / "arrays").iterdir():
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    assert load_cifar(published, archive).manifest_hash == first
    with pytest.raises(DataError, match="download=True"):
        shutil.rmtree(get_cache_folder())
        load_cifar(published)


def test_load_cifar_names_what_an_archive_lacks(small, tmp_path):
    published, files, _ = small
    name = next(iter(published.test_md5s))
    kept = {key: data for key, data in files.items() if key != name}
    archive = _write_archive(tmp_path / "a.tar.gz", published.folder, kept)
    with pytest.raises(DataError, match=f"does not contain {published.folder}/{name}"):
        load_cifar(published, archive)


def test_load_cifar_refuses_what_is_no_archive(tmp_path):
    (tmp_path / "a.tar.gz").write_bytes(b"no archive")
    with pytest.raises(DataError, match="cannot be read as a tar archive"):
        load_cifar(CIFAR100, tmp_path / "a.tar.gz")
    with pytest.raises(DataError, match="does not contain meta"):
        load_cifar(CIFAR100, tmp_path)
    with pytest.raises(DataError, match="there is no such file or folder"):
        load_cifar(CIFAR100, tmp_path / "b.tar.gz")


def test_load_cifar_refuses_a_truncated_archive(small, tmp_path):
    published, files, _ = small
    archive = _write_archive(tmp_path / "a.tar.gz", published.folder, files)
    archive.write_bytes(archive.read_bytes()[:2000])
    with pytest.raises(DataError, match="cannot be read as a tar archive"):
        load_cifar(published, archive)


def test_load_cifar_refuses_a_damaged_head_of_the_compression(tmp_path):
    # A gzip head that announces more than is there.
    (tmp_path / "a.tar.gz").write_bytes(b"\x1f\x8b\x08\x04\0T\0\0K\x03-")
    with pytest.raises(DataError, match="cannot be read as a tar archive"):
        load_cifar(CIFAR100, tmp_path / "a.tar.gz")


@pytest.mark.parametrize("kind", [tarfile.GNUTYPE_LONGNAME, tarfile.XHDTYPE, tarfile.REGTYPE])
def test_load_cifar_refuses_a_huge_member_before_it_is_read(tmp_path, kind):
    member = tarfile.TarInfo("a")
    member.type, member.size = kind, 1 << 30
    (tmp_path / "a.tar").write_bytes(member.tobuf(tarfile.GNU_FORMAT))
    with pytest.raises(DataError, match=r"has 1,073,741,824 bytes"):
        load_cifar(CIFAR100, tmp_path / "a.tar")


@pytest.fixture(scope="module")
def real_cache(tmp_path_factory):
    """A cache folder in which CIFAR-100 itself was decoded, once for all tests here."""
    if not REAL_ARCHIVE.is_file():
        pytest.skip("the CIFAR-100 archive is not there")
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POOLBENCH_CACHE", str(folder))
        load_cifar(CIFAR100, REAL_ARCHIVE)
    return folder


@pytest.mark.full(seconds=6)
def test_load_cifar_reads_cifar100_as_published(real_cache, monkeypatch):
    monkeypatch.setenv("POOLBENCH_CACHE", str(real_cache))
    real_set = load_cifar(CIFAR100)
    assert real_set.classes == CIFAR100_CLASSES
    assert real_set.pool.images.shape == (50_000, 32, 32, 3)
    assert real_set.test.images.shape == (10_000, 32, 32, 3)
    counts = np.bincount(real_set.pool.labels)
    assert counts.tolist() == [CIFAR100.count_per_class] * 100
    assert np.bincount(real_set.test.labels).tolist() == [100] * 100
    # The first picture is of cattle (bos_taurus_s_000507.png).
    assert real_set.classes[real_set.pool.labels[0]] == "cattle"
    # Published means of the training half: 0.507, 0.487, 0.441.
    means = real_set.pool.images.mean(axis=(0, 1, 2)) / 255
    assert means == pytest.approx([0.5071, 0.4866, 0.4409], abs=1e-4)


def test_load_cifar_gives_the_classes_that_the_lab_chose(real_cache, monkeypatch):
    monkeypatch.setenv("POOLBENCH_CACHE", str(real_cache))
    config = DataConfig(source="cifar100", data_file=REAL_ARCHIVE, classes=("33", "лев", "apple"))
    chosen = load_image_set(config)
    assert chosen.classes == ("forest", "lion", "apple")
    assert np.bincount(chosen.pool.labels).tolist() == [500] * 3
    assert np.bincount(chosen.test.labels).tolist() == [100] * 3
