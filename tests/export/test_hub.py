"""A model repository, and its way to a hub that speaks the hub's own requests over HTTP."""

import base64
import hashlib
import json
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import onnxruntime
import pytest
from huggingface_hub import ModelCard, constants
from safetensors.numpy import load

from poolbench.errors import PoolbenchError, RunError, UsageError, VerificationError
from poolbench.export import hub
from poolbench.export.hub import make_repository, upload_repository
from poolbench.texts.secrets import hide_secrets

FILES = {"README.md", "config.json", "model.onnx", "weights.safetensors"}
TOKEN = "hf_averysecrettoken"


class Hub(ThreadingHTTPServer):
    """What huggingface_hub asks of a hub when a model is uploaded (its documented HTTP API)."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Asked)
        self.repos, self.blobs, self.seen = {}, {}, []
        self.address = f"http://127.0.0.1:{self.server_port}"


class _Asked(BaseHTTPRequestHandler):
    def log_message(self, *arguments):
        pass

    def do_GET(self):
        name = self.path.removeprefix("/api/models/").partition("?")[0]
        if name in self.server.repos:
            self._answer(200, {"id": name, "sha": "0" * 40})
        else:
            head = {"X-Error-Code": "RepoNotFound"}
            self._answer(404, {"error": "Repository not found"}, head)

    def do_PUT(self):
        content = self._read()
        self.server.blobs[self.path.rpartition("/")[2]] = content
        self._answer(200, {})

    def do_POST(self):
        asked = self._read()
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self._answer(401, {"error": "Invalid username or password."})
        elif self.path == "/api/repos/create":
            given = json.loads(asked)
            name = f"{given['organization']}/{given['name']}"
            self.server.repos[name] = {"visibility": given["visibility"], "files": {}}
            self._answer(200, {"url": f"{self.server.address}/{name}"})
        elif self.path == "/api/validate-yaml":
            self._answer(200, {"errors": [], "warnings": []})
        elif "/preupload/" in self.path:
            files = [
                {"path": file["path"], "uploadMode": self._choose(file), "shouldIgnore": False}
                for file in json.loads(asked)["files"]
            ]
            self._answer(200, {"files": files})
        elif self.path.endswith("/info/lfs/objects/batch"):
            objects = [
                {**thing, "actions": {"upload": {"href": f"{self.server.address}/{thing['oid']}"}}}
                for thing in json.loads(asked)["objects"]
            ]
            self._answer(200, {"transfer": "basic", "objects": objects})
        elif "/commit/" in self.path:
            self._commit([json.loads(line) for line in asked.splitlines()])

    def _choose(self, file):
        return "regular" if file["path"].endswith((".md", ".json")) else "lfs"

    def _commit(self, lines):
        name = self.path.removeprefix("/api/models/").partition("/commit/")[0]
        files = self.server.repos[name]["files"]
        for line in lines:
            value = line["value"]
            if line["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile":
                files[value["path"]] = self.server.blobs[value["oid"]]
        address = f"{self.server.address}/{name}"
        self._answer(200, {"commitUrl": f"{address}/commit/{'1' * 40}", "commitOid": "1" * 40})

    def _read(self):
        self.server.seen.append(self.path)
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _answer(self, code, values, head=()):
        content = json.dumps(values).encode()
        self.send_response(code)
        for key, value in {**dict(head), "Content-Length": str(len(content))}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def server(monkeypatch):
    with Hub() as served:
        threading.Thread(target=served.serve_forever, daemon=True).start()
        # Read from HF_ENDPOINT when the package is imported.
        monkeypatch.setattr(constants, "ENDPOINT", served.address)
        monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
        monkeypatch.setattr("huggingface_hub.hf_api.constants.ENDPOINT", served.address)
        monkeypatch.setenv("HF_TOKEN", TOKEN)
        yield served
        served.shutdown()


@pytest.fixture(scope="module")
def made(finished, tmp_path_factory):
    """The repository of a finished run, not to be changed."""
    return make_repository(finished[0], "anna/fruit", tmp_path_factory.mktemp("hub") / "folder")


def test_repository_holds_the_model_and_no_picture(made, finished):
    assert {path.name for path in made.folder.iterdir()} == FILES == set(made.files)
    for name in ("model.onnx", "weights.safetensors"):
        assert (made.folder / name).read_bytes() == (finished[0] / "best" / name).read_bytes()
    config = json.loads(made.files["config.json"])
    assert list(config["id2label"].values()) == ["apple", "lemon", "pear", "plum"]
    assert config["num_labels"] == 4
    session = onnxruntime.InferenceSession(made.files["model.onnx"])
    logits, _ = session.run(None, {"input": np.zeros((1, 9, 9, 3), np.float32)})
    assert logits.shape == (1, config["num_labels"])
    assert load(made.files["weights.safetensors"])


def test_card_has_the_front_matter_of_the_hub(made):
    card = ModelCard(made.files["README.md"].decode())
    assert card.data.pipeline_tag == "image-classification"
    assert card.data.eval_results[0].metric_type == "accuracy"
    assert 'hf_hub_download("anna/fruit", "model.onnx")' in card.text


def test_upload_sends_these_files_alone_and_makes_a_private_repository(made, server):
    (made.folder / "private.txt").write_text("not for the hub")
    try:
        found = upload_repository(made)
    finally:
        (made.folder / "private.txt").unlink()
    assert (found.address, found.is_new) == (f"{server.address}/anna/fruit", True)
    there = server.repos["anna/fruit"]
    assert there == {"visibility": "private", "files": made.files}
    assert not upload_repository(made).is_new


def test_refusal_of_the_hub_is_one_message_without_the_token(made, server, monkeypatch):
    secret = "hf_anothersecrettoken"
    monkeypatch.setenv("HF_TOKEN", secret)
    with pytest.raises(PoolbenchError, match=r"anna/fruit was not uploaded.*hf auth login") as told:
        upload_repository(made)
    assert secret not in str(told.value)
    assert server.repos == {}


def test_without_the_package_the_upload_says_what_to_install(made, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "huggingface_hub", None)
    with pytest.raises(UsageError, match=r"pip install 'poolbench\[hub\]'"):
        upload_repository(made)


@pytest.mark.parametrize(
    "name",
    ["fruit", "a/b/c", "a/", "/b", "a/b c", "../b", "a/b--c", "a/x.git", f"a/{'b' * 99}", ""],
)
def test_what_is_no_repository_is_refused(finished, tmp_path, name):
    with pytest.raises(UsageError, match="expected OWNER/NAME"):
        make_repository(finished[0], name, tmp_path / "folder")
    assert not (tmp_path / "folder").exists()


def test_model_that_is_not_proven_is_refused(finished_copy, tmp_path):
    path = finished_copy / "best" / "weights.safetensors"
    path.write_bytes(path.read_bytes()[:-4] + b"oops")
    with pytest.raises(VerificationError):
        make_repository(finished_copy, "anna/fruit", tmp_path / "folder")
    shutil.rmtree(finished_copy / "best")
    with pytest.raises(RunError):
        make_repository(finished_copy, "anna/fruit", tmp_path / "folder")
    assert not (tmp_path / "folder").exists()


def test_folder_of_somebody_else_is_left_alone(made, finished, tmp_path, monkeypatch):
    monkeypatch.setattr(hub, "verify_run", lambda run: None)
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "README.md").write_text("my notes")
    with pytest.raises(UsageError, match="contains no repository that poolbench wrote"):
        make_repository(finished[0], "anna/fruit", mine)
    assert (mine / "README.md").read_text() == "my notes"
    with pytest.raises(UsageError, match="cannot be used"):
        make_repository(finished[0], "anna/fruit", mine / "README.md")
    again = tmp_path / "again"
    for name in ("anna/fruit", "anna/other"):
        make_repository(finished[0], name, again)
    card = again / "README.md"
    assert "anna/other" in card.read_text()
    card.write_text(card.read_text().replace("license: other", "license: mit"))
    with pytest.raises(UsageError, match=r"changed after poolbench wrote it: README\.md"):
        make_repository(finished[0], "anna/fruit", again)
    assert "license: mit" in card.read_text()


def test_command_writes_the_folder_and_says_how_to_upload_it(finished_copy, poolbench_here):
    done = poolbench_here("push", finished_copy, "--to", "anna/fruit")
    assert (done.returncode, done.stdout) == (0, f"{finished_copy / 'hub'}\n")
    assert f"hf upload --private anna/fruit {finished_copy / 'hub'}" in done.stderr
    assert {path.name for path in (finished_copy / "hub").iterdir()} == FILES
    assert poolbench_here("push", finished_copy, "--to", "fruit").returncode == 2


@pytest.mark.full(seconds=3)
def test_command_uploads_when_asked(finished_copy, poolbench_here, server):
    done = poolbench_here("push", finished_copy, "--to", "anna/fruit", "--upload", "--json")
    assert json.loads(done.stdout)["address"] == f"{server.address}/anna/fruit"
    assert "private until" in done.stderr
    assert TOKEN not in done.stdout + done.stderr
    wanted = hashlib.sha256((finished_copy / "best" / "model.onnx").read_bytes()).hexdigest()
    assert wanted in server.blobs


def test_secrets_are_hidden_in_whatever_is_said(monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "correct horse")
    said = hide_secrets(
        "https://a:b@host/x?y 'correct horse' Authorization: Bearer abc hf_12345678"
    )
    assert said == "https://***@host/x?y '***' Authorization: Bearer *** ***"
