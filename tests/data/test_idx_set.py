"""IDX files as MNIST and its successors are published, whole and damaged."""

import gzip
import struct

import numpy as np
import pytest
from PIL import Image

from poolbench.config import DataConfig
from poolbench.data.idx import read_idx
from poolbench.data.load import list_classes, load_image_set
from poolbench.errors import DataError
from poolbench.texts.facts import describe_facts

RNG = np.random.default_rng(0)
TRAIN = RNG.integers(0, 256, (60, 6, 5), dtype=np.uint8)
TEST = RNG.integers(0, 256, (20, 6, 5), dtype=np.uint8)
LABELS, TEST_LABELS = np.arange(60) % 4, np.arange(20) % 4
DASHES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


def pack(array, code=0x08, kind=">u1"):
    head = struct.pack(">BBBB", 0, 0, code, array.ndim)
    return head + struct.pack(f">{array.ndim}I", *array.shape) + array.astype(kind).tobytes()


def write(folder, names=DASHES, is_packed=False, **changes):
    """The four files; ``None`` leaves one out."""
    folder.mkdir(parents=True, exist_ok=True)
    contents = dict(zip(names, map(pack, (TRAIN, LABELS, TEST, TEST_LABELS)), strict=True))
    contents |= {names[DASHES.index(name)]: content for name, content in changes.items()}
    for name, content in contents.items():
        if content is not None:
            end = ".gz" if is_packed and not name.endswith(".gz") else ""
            (folder / f"{name}{end}").write_bytes(gzip.compress(content) if is_packed else content)
    return folder


def load(path):
    return load_image_set(DataConfig(source=f"folder:{path}"))


SPELLINGS = {
    "dashes": DASHES,
    "dots": tuple(name.replace("-idx", ".idx") for name in DASHES),
    "emnist": tuple(f"emnist-digits-{name.replace('t10k', 'test')}" for name in DASHES),
    "capitals": tuple(name.upper() for name in DASHES),
}


@pytest.mark.parametrize("is_packed", [False, True])
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_folder_of_idx_files_is_read(tmp_path, spelling, is_packed):
    folder = write(tmp_path / "mnist", SPELLINGS[spelling], is_packed)
    image_set = load(folder)
    # EMNIST is stored by columns.
    turn = (0, 2, 1) if spelling == "emnist" else (0, 1, 2)
    for channel in range(3):
        np.testing.assert_array_equal(image_set.pool.images[..., channel], TRAIN.transpose(turn))
        np.testing.assert_array_equal(image_set.test.images[..., channel], TEST.transpose(turn))
    assert image_set.pool.labels.tolist() == LABELS.tolist()
    assert image_set.test.labels.tolist() == TEST_LABELS.tolist()
    assert image_set.classes == ("0", "1", "2", "3")
    assert image_set.has_official_test
    (line,) = describe_facts(image_set.facts, "en")
    assert "IDX files, as in MNIST" in line
    assert "2 parts (train 60, test 20), grey" in line
    assert ("transposed" in line) == (spelling == "emnist")


@pytest.mark.parametrize("name", DASHES)
def test_one_of_the_files_stands_for_the_set(tmp_path, name):
    folder = write(tmp_path)
    image_set = load(folder / name)
    assert (len(image_set.pool), len(image_set.test)) == (60, 20)
    listed = list_classes(DataConfig(source=f"folder:{folder / name}"))
    assert [(entry.name, entry.pool_count) for entry in listed] == [(str(n), 15) for n in range(4)]


def test_files_are_found_where_others_unpack_them(tmp_path):
    # torchvision keeps both the packed and the plain ones in raw.
    raw = write(tmp_path / "MNIST" / "raw")
    write(raw, is_packed=True, **{DASHES[0]: b"no IDX file"})
    assert len(load(tmp_path / "MNIST").pool) == 60
    for name in DASHES:
        (tmp_path / "each" / name).mkdir(parents=True)
        (raw / name).rename(tmp_path / "each" / name / name)
    assert len(load(tmp_path / "each").pool) == 60
    assert len(load(tmp_path / "each" / DASHES[0] / DASHES[0]).test) == 20


def test_whether_a_file_is_packed_is_seen_by_its_bytes(tmp_path):
    write(tmp_path, **{DASHES[0]: gzip.compress(pack(TRAIN))})
    (tmp_path / f"{DASHES[1]}.gz").write_bytes((tmp_path / DASHES[1]).read_bytes())
    (tmp_path / DASHES[1]).unlink()
    assert len(load(tmp_path).pool) == 60


def test_a_set_without_a_test_half_gives_up_a_fifth(tmp_path):
    write(tmp_path, **dict.fromkeys(DASHES[2:]))
    image_set = load(tmp_path)
    assert not image_set.has_official_test
    assert (len(image_set.pool), len(image_set.test)) == (48, 12)


def test_labels_of_emnist_are_called_by_their_characters(tmp_path):
    names = [f"emnist-letters-{name.replace('t10k', 'test')}" for name in DASHES]
    write(tmp_path, names, **{DASHES[1]: pack(LABELS + 1), DASHES[3]: pack(TEST_LABELS + 1)})
    mapping = tmp_path / "emnist-letters-mapping.txt"
    mapping.write_text("1 65 97\n2 66 98\n3 67 99\n4 68 100\n")
    image_set = load(tmp_path)
    assert image_set.classes == ("Aa", "Bb", "Cc", "Dd")
    assert image_set.pool.labels.tolist() == LABELS.tolist()
    mapping.write_text("1 65 97\n2 66 98\n3 67 99\n")
    with pytest.raises(
        DataError, match=r"label 4 occurs, but emnist-letters-mapping\.txt does not list it"
    ):
        load(tmp_path)
    for wrong in ("1 65\n2 x\n", "1 65\n2 65\n", "1 65\n1 66\n", "1\n", "1 9999999999\n"):
        mapping.write_text(wrong)
        with pytest.raises(DataError, match=r"mapping\.txt"):
            load(tmp_path)


def test_a_folder_with_several_sets_asks_which(tmp_path):
    for part in ("letters", "digits"):
        write(tmp_path, [f"emnist-{part}-{name.replace('t10k', 'test')}" for name in DASHES])
    with pytest.raises(DataError, match="2 sets in IDX files: emnist-digits, emnist-letters"):
        load(tmp_path)
    assert len(load(tmp_path / "emnist-letters-train-images-idx3-ubyte").pool) == 60


def test_class_folders_come_before_idx_files(tmp_path):
    write(tmp_path)
    for name in ("cat/1.png", "dog/1.png"):
        (tmp_path / name).parent.mkdir()
        Image.fromarray(TRAIN[0]).save(tmp_path / name)
    listed = list_classes(DataConfig(source=f"folder:{tmp_path}"))
    assert [entry.name for entry in listed] == ["cat", "dog"]


WHOLE = pack(TRAIN)
PACKED = gzip.compress(WHOLE)
IMAGES, NAMES = DASHES[:2]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {IMAGES: WHOLE[:-1]},
            "does not have the size that its header gives: 60 x 6 x 5, 1,800 bytes, and 1,799",
        ),
        ({IMAGES: WHOLE + b"x"}, "and more follow"),
        ({IMAGES: WHOLE[:9]}, "ends within its header"),
        ({IMAGES: WHOLE[:3]}, "not an IDX file: it begins with 00 00 08;"),
        ({IMAGES: b""}, "is empty"),
        ({IMAGES: b"\0\0\x07\x03" + WHOLE[4:]}, "not an IDX file: it begins with 00 00 07 03"),
        ({IMAGES: b"\x03\x08\0\0" + WHOLE[4:]}, "not an IDX file"),
        ({IMAGES: b"\0\0\x08\x63" + WHOLE[4:]}, "not an IDX file"),
        ({IMAGES: PACKED[:-9]}, "ends in the middle of its compressed data"),
        ({IMAGES: PACKED[:60] + b"\xff" * 20 + PACKED[80:]}, "cannot be unpacked"),
        ({IMAGES: PACKED[:-8] + bytes(8)}, "cannot be unpacked"),
        ({IMAGES: struct.pack(">BBBB3I", 0, 0, 8, 3, *[2**32 - 1] * 3)}, "GiB"),
        ({IMAGES: pack(LABELS)}, r"shape \[60\]"),
        ({IMAGES: pack(TRAIN, 0x0B, ">i2")}, "expected uint8"),
        ({IMAGES: pack(TRAIN[:50])}, r"labels-idx1-ubyte has shape \[60\]; expected \[50\]"),
        ({IMAGES: None}, "but no train-images"),
        ({NAMES: None}, "but no train-labels"),
        ({DASHES[3]: None}, "but no test-labels"),
        ({NAMES: pack(np.arange(120).reshape(60, 2) % 4)}, r"shape \[60, 2\]; expected \[60\]"),
        ({NAMES: pack(LABELS - 1, 0x0C, ">i4")}, "expected numbers from 0"),
        ({NAMES: pack(LABELS, 0x0D, ">f4")}, "expected integers"),
        ({DASHES[2]: pack(TEST[:, :5])}, "Save all parts at one size"),
        ({DASHES[3]: pack(TEST_LABELS + 1)}, "no images to train on: 4"),
    ],
)
def test_what_is_wrong_with_idx_files_is_said(tmp_path, changes, message):
    with pytest.raises(DataError, match=message):
        load(write(tmp_path, **changes))


def test_read_idx_reads_every_kind_of_number(tmp_path):
    path = tmp_path / "a"
    kinds = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
    for code, kind in kinds.items():
        path.write_bytes(pack(LABELS, code, kind))
        assert read_idx(path).tolist() == LABELS.tolist()


def test_groups_are_refused_where_there_are_no_files(tmp_path):
    with pytest.raises(DataError, match="Leave out groups='subfolder'"):
        load_image_set(DataConfig(source=f"folder:{write(tmp_path)}", groups="subfolder"))
