"""The cache folder: downloads from a real server that breaks off, arrays that are damaged."""

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from poolbench.data.cache import download, get_cache_folder, load_arrays, save_arrays
from poolbench.errors import DataError

CONTENT = np.random.default_rng(0).bytes(1_000_000)
MD5 = hashlib.md5(CONTENT).hexdigest()


class Server(ThreadingHTTPServer):
    """Sends ``content`` and breaks off after so many bytes of each answer.

    Attributes:
        break_after: One entry for each answer; ``None`` sends all; the last holds for all others.
        offsets: What was asked for, in order.
    """

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.content = CONTENT
        self.break_after = [None]
        self.knows_ranges = True
        self.refuse_with = None
        self.offsets = []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/set.tar.gz"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        server = self.server
        wanted = self.headers.get("Range")
        offset = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
        server.offsets.append(offset)
        if server.refuse_with:
            self.send_error(server.refuse_with)
            return
        if not server.knows_ranges:
            offset, wanted = 0, None
        if wanted and offset >= len(server.content):
            self.send_error(416)
            return
        body = server.content[offset:]
        self.send_response(206 if wanted else 200)
        if wanted:
            last = len(server.content) - 1
            self.send_header("Content-Range", f"bytes {offset}-{last}/{last + 1}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        turn = min(len(server.offsets), len(server.break_after)) - 1
        self.wfile.write(body[: server.break_after[turn]])

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_get_cache_folder_obeys_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("POOLBENCH_CACHE", str(tmp_path))
    assert get_cache_folder() == tmp_path
    monkeypatch.delenv("POOLBENCH_CACHE")
    assert get_cache_folder().is_absolute()
    assert "poolbench" in str(get_cache_folder())
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("POOLBENCH_CACHE", "~/cache")
    assert get_cache_folder() == tmp_path / "cache"


def test_nameless_user_without_a_home_keeps_nothing(arrays, nobody, monkeypatch):
    monkeypatch.delenv("POOLBENCH_CACHE")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    save_arrays("x", arrays)
    assert load_arrays("x") is None
    with pytest.raises(OSError, match="Not a directory"):
        get_cache_folder().mkdir(parents=True)


def test_download_goes_on_where_the_connection_broke_off_again_and_again(server, tmp_path):
    server.break_after = [300_000, 300_000, 300_000, 50_000, 50_000, None]
    path = tmp_path / "new" / "set.tar.gz"
    seen = []
    download(server.url, path, MD5, lambda *what: seen.append(what), pause_seconds=0)
    assert path.read_bytes() == CONTENT
    assert server.offsets == [0, 300_000, 600_000, 900_000, 950_000]
    assert not path.with_name("set.tar.gz.part").exists()
    assert seen[-1] == ("download", len(CONTENT), len(CONTENT))
    assert [done for _, done, _ in seen] == sorted(done for _, done, _ in seen)
    assert {total for _, _, total in seen} == {len(CONTENT)}


def test_download_goes_on_with_the_part_of_an_earlier_call(server, tmp_path):
    path = tmp_path / "set.tar.gz"
    server.break_after = [400_000, 0]
    with pytest.raises(DataError, match="400,000 bytes are kept"):
        download(server.url, path, MD5, pause_seconds=0)
    server.break_after, server.offsets = [None], []
    download(server.url, path, MD5, pause_seconds=0)
    assert server.offsets == [400_000]
    assert path.read_bytes() == CONTENT


def test_download_starts_over_where_the_server_knows_no_ranges(server, tmp_path):
    server.knows_ranges = False
    server.break_after = [400_000, None]
    download(server.url, tmp_path / "set", MD5, pause_seconds=0)
    assert server.offsets == [0, 400_000]
    assert (tmp_path / "set").read_bytes() == CONTENT


def test_download_gives_up_on_a_server_that_breaks_off_for_ever(server, tmp_path):
    server.knows_ranges = False
    server.break_after = [400_000]
    with pytest.raises(DataError, match=r"broke off at byte 400,000 of 1,000,000"):
        download(server.url, tmp_path / "set", MD5, pause_seconds=0)


@pytest.mark.parametrize("leftover", [b"of another file", CONTENT + b"too long"])
def test_download_throws_away_a_part_of_another_file(server, tmp_path, leftover):
    (tmp_path / "set.part").write_bytes(leftover)
    download(server.url, tmp_path / "set", MD5, pause_seconds=0)
    assert (tmp_path / "set").read_bytes() == CONTENT


def test_download_renames_a_part_that_is_whole(server, tmp_path):
    (tmp_path / "set.part").write_bytes(CONTENT)
    download(server.url, tmp_path / "set", MD5, pause_seconds=0)
    assert (tmp_path / "set").read_bytes() == CONTENT
    assert server.offsets == [len(CONTENT)]


def test_download_refuses_another_md5_and_leaves_nothing(server, tmp_path):
    server.content = CONTENT[:-1] + b"x"
    with pytest.raises(DataError, match=f"expected {MD5}"):
        download(server.url, tmp_path / "set", MD5, pause_seconds=0)
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ".lock"] == []


def test_download_of_a_file_that_is_here_asks_nobody(server, tmp_path):
    (tmp_path / "set").write_bytes(CONTENT)
    download(server.url, tmp_path / "set", MD5)
    assert server.offsets == []


def test_download_without_a_net_says_what_to_do(server, tmp_path):
    url = server.url
    server.server_close()
    with pytest.raises(DataError, match="data_file=PATH") as caught:
        download(url, tmp_path / "set", MD5, pause_seconds=0)
    assert url in str(caught.value)


@pytest.mark.parametrize(("code", "attempts"), [(404, 1), (503, 4)])
def test_download_tries_again_only_what_may_mend(server, tmp_path, code, attempts):
    server.refuse_with = code
    with pytest.raises(DataError, match=str(code)):
        download(server.url, tmp_path / "set", MD5, pause_seconds=0)
    assert len(server.offsets) == attempts


def test_download_into_what_is_no_folder_is_a_data_error(server, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="POOLBENCH_CACHE"):
        download(server.url, tmp_path / "file" / "set", MD5)


@pytest.fixture
def arrays(monkeypatch, tmp_path):
    monkeypatch.setenv("POOLBENCH_CACHE", str(tmp_path / "cache"))
    return {
        "images": np.arange(24, dtype=np.uint8).reshape(2, 2, 2, 3),
        "names": np.array(["a", "выдра"]),
        "none": np.zeros((0, 3), dtype=np.int64),
    }


def test_arrays_come_back_as_they_were(arrays):
    save_arrays("x", arrays)
    loaded = load_arrays("x")
    assert loaded.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(loaded[name], array)
        assert loaded[name].dtype == array.dtype
    assert load_arrays("y") is None


def test_damaged_arrays_are_not_used(arrays):
    save_arrays("x", arrays)
    (path,) = (get_cache_folder() / "arrays").iterdir()
    data = path.read_bytes()
    for position in range(0, len(data), 97):
        path.write_bytes(data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :])
        loaded = load_arrays("x")
        # A flipped bit in the archive's own bookkeeping may change nothing that is read.
        if loaded is not None:
            np.testing.assert_array_equal(loaded["images"], arrays["images"])
    path.write_bytes(data[: len(data) // 2])
    assert load_arrays("x") is None


def test_replaced_arrays_are_not_used(arrays):
    save_arrays("x", arrays)
    (path,) = (get_cache_folder() / "arrays").iterdir()
    with np.load(path) as stored:
        content = dict(stored)
    content["images"] = content["images"] + 1
    np.savez(path, **content)
    assert load_arrays("x") is None


def test_a_cache_that_cannot_be_written_is_no_error(arrays, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("POOLBENCH_CACHE", str(tmp_path / "file"))
    save_arrays("x", arrays)
    assert load_arrays("x") is None
