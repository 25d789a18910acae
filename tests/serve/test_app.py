"""What the server answers, and what it refuses, asked without a browser."""

import asyncio
import base64
import hashlib
import io
import json
import re

import numpy as np
import onnx
import pytest
from PIL import Image
from starlette.requests import Request
from starlette.testclient import TestClient

from poolbench.data.resize_array import resize_array
from poolbench.errors import UsageError
from poolbench.export.predict import load_model
from poolbench.records import DataRecord, StudyRecord
from poolbench.rundir.store import RunStore
from poolbench.serve import app, bodies
from poolbench.serve.address import check_allowed
from poolbench.serve.app import MOST_PICTURES, MOST_UPLOAD_BYTES, make_app
from poolbench.serve.progress import Progress
from poolbench.serve.read import read_finished
from poolbench.texts import TEXTS

HOST = "http://127.0.0.1:8000"
TOKEN = "a-token"


@pytest.fixture
def client(served):
    with open_app(served) as opened:
        yield opened


def open_app(path):
    """Of a server of a run."""
    return TestClient(make_app(path, host="127.0.0.1", token=None, lang="en"), HOST)


@pytest.fixture
def open_client(served):
    """Of a server that other machines reach."""
    made = make_app(served, host="0.0.0.0", token=TOKEN, lang="en")
    with TestClient(made, "http://192.0.2.7:8000", follow_redirects=False) as opened:
        yield opened


@pytest.fixture
def images(served):
    return np.load(served / "pictures.npz")["images"]


def make_png(pixels):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def test_run_json_says_what_there_is(client):
    facts = client.get("/run.json").json()
    assert facts["source"] == "csv:pictures.csv"
    assert facts["classes"] == ["<script>alert(1)</script>", 'Кошка "№1"']
    # A person's own names are the same in every language.
    assert facts["class_names"] == dict.fromkeys(("en", "ru"), facts["classes"])
    assert [model["isFinal"] for model in facts["models"]] == [True, False, False]
    assert len(facts["labels"]) == 16


def test_predict_gives_what_the_models_give(client, served, images):
    answer = client.post("/predict", content=images[:3].tobytes())
    found = np.array(answer.json()["probabilities"])
    assert found.shape == (3, 3, 2)
    expected = load_model(served / "best" / "model.onnx").predict(images[:3])[1]
    np.testing.assert_allclose(found[0], expected, atol=1e-5)
    alone = client.post("/predict?model=2", content=images[:3].tobytes()).json()["probabilities"]
    np.testing.assert_allclose(alone[0], found[2], atol=1e-6)


def test_picture_comes_back_as_the_network_sees_it(client, served):
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (61, 47, 3), dtype=np.uint8)
    small = client.post("/picture", content=make_png(pixels)).content
    model = load_model(served / "best" / "model.onnx")
    seen = np.frombuffer(small, np.uint8).reshape(1, 32, 32, 3)
    np.testing.assert_allclose(model.predict(seen)[0], model.predict(pixels[None])[0], atol=1e-5)


def test_a_picture_is_brought_to_size_in_the_way_that_is_asked_for(client):
    pixels = np.random.default_rng(0).integers(0, 256, (40, 90, 3), dtype=np.uint8)
    content = make_png(pixels)
    for fit in ("crop", "pad", "squash"):
        found = client.post("/picture", params={"fit": fit}, content=content).content
        assert found == resize_array(pixels, (32, 32), fit).tobytes(), fit
    assert (
        client.post("/picture", content=content).content
        == resize_array(pixels, (32, 32), "crop").tobytes()
    )
    assert client.post("/picture", params={"fit": "../x"}, content=content).status_code == 404


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("reason", ["format", "pixels", "broken"])
@pytest.mark.parametrize("lang", ["en", "ru"])
def test_bad_picture_is_refused_with_words(client, bad_files, reason, lang):
    content = bad_files[reason].read_bytes()
    answer = client.post("/picture", content=content, headers={"Accept-Language": lang})
    assert answer.status_code == {"format": 415, "pixels": 413, "broken": 422}[reason]
    template = TEXTS[lang][f"serve.refused-{reason}"]
    assert answer.json()["error"] == template.format(most=50)


def test_long_strip_is_refused_before_it_is_decoded(client):
    buffer = io.BytesIO()
    Image.new("1", (30_000, 2)).save(buffer, "PNG")
    assert client.post("/picture", content=buffer.getvalue()).status_code == 413


def test_text_of_a_ghostscript_program_is_no_picture(client):
    assert client.post("/picture", content=b"%!PS-Adobe-3.0 EPSF-3.0\n").status_code == 415


def test_body_that_says_its_length_is_refused_unread(client):
    answer = client.post("/picture", content=b"x" * (MOST_UPLOAD_BYTES + 1))
    assert answer.status_code == 413
    assert "20 MB" in answer.json()["error"]


@pytest.mark.parametrize(
    ("count", "status"), [(0, 400), (1, 200), (MOST_PICTURES, 200), (MOST_PICTURES + 1, 413)]
)
def test_predict_takes_whole_pictures_up_to_a_row(client, count, status):
    answer = client.post("/predict", content=bytes(count * 32 * 32 * 3))
    assert answer.status_code == status


def test_predict_refuses_part_of_a_picture_and_an_unknown_model(client):
    assert client.post("/predict", content=b"abc").status_code == 400
    content = bytes(32 * 32 * 3)
    for model in ("3", "-1", "x", "../../best", "１", "99999999999999999999"):
        assert client.post("/predict", params={"model": model}, content=content).status_code == 404


@pytest.mark.parametrize(
    "place",
    ["/config.toml", "/..%2fstudy.json", "/web/main.js", "/best/model.onnx", "/wasm.js", "/ort/"],
)
def test_nothing_but_the_page_is_served(client, place):
    answer = client.get(place)
    assert answer.status_code == 404
    assert answer.json()["error"]


def test_wrong_method_is_refused(client):
    assert client.get("/predict").status_code == 405
    assert client.post("/run.json").status_code == 405


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "", "localhost.", "[::2]"],
)
def test_unknown_host_is_refused(client, host):
    assert client.get("/run.json", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:9000", "LOCALHOST"])
def test_own_names_are_known(client, host):
    assert client.get("/run.json", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:8001", "http://localhost:8000", ""]
)
def test_foreign_origin_is_refused(client, images, origin):
    content = images[:1].tobytes()
    answer = client.post("/predict", content=content, headers={"Origin": origin})
    assert answer.status_code == 403
    assert client.post("/predict", content=content, headers={"Origin": HOST}).status_code == 200


def test_a_proxy_that_is_allowed_is_known_by_its_name(tmp_path):
    made = make_app(
        tmp_path, host="127.0.0.1", token=None, lang="en", allowed=check_allowed(["Hub.example"])
    )
    hub, other = "http://hub.example", "http://evil.example"
    with TestClient(made, HOST) as client:
        for host in ("hub.example", "HUB.EXAMPLE:8000", "localhost"):
            assert client.get("/main.js", headers={"Host": host}).status_code == 200
        for host in ("evil.example", "hub.example.evil.example", "x.hub.example"):
            assert client.get("/main.js", headers={"Host": host}).status_code == 400
        for host, origin, status in (
            ("hub.example", hub, 409),
            ("localhost:8000", hub, 409),
            ("localhost:8000", other, 403),
            ("hub.example", other, 403),
        ):
            headers = {"Host": host, "Origin": origin}
            assert client.post("/predict", headers=headers).status_code == status


def test_a_token_leads_to_where_a_proxy_shows_the_page(tmp_path):
    made = make_app(tmp_path, host="0.0.0.0", token=TOKEN, lang="en", allowed=["hub.example"])
    with TestClient(made, "http://hub.example", follow_redirects=False) as client:
        answer = client.get(f"/?token={TOKEN}")
        assert (answer.status_code, answer.headers["location"]) == (303, "./")


@pytest.mark.parametrize("name", ["", "*", "*.example.org", "a b", "http://hub.example/x", "/x"])
def test_what_is_no_name_of_a_host_is_not_allowed(name):
    with pytest.raises(UsageError, match="expected a host name") as caught:
        check_allowed(["localhost", name])
    assert ("Did you mean 'hub.example'" in str(caught.value)) == ("hub" in name)


def test_other_sites_may_link_here_but_not_load_anything(client):
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
    assert client.get("/pictures.bin", headers=headers).status_code == 403
    headers["Sec-Fetch-Mode"] = "navigate"
    assert client.get("/", headers=headers).status_code == 200


def test_without_the_token_nothing_is_answered(open_client, images):
    for place in (
        "/",
        "/run.json",
        "/main.js",
        "/report.html",
        "/?token=wrong",
        "/run.json?token=",
    ):
        assert open_client.get(place).status_code == 401
    assert open_client.post("/predict", content=images[:1].tobytes()).status_code == 401
    wrong = {"X-Poolbench-Token": TOKEN[:-1]}
    assert open_client.get("/run.json", headers=wrong).status_code == 401


def test_token_of_the_address_becomes_a_cookie(open_client):
    answer = open_client.get(f"/?token={TOKEN}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie
    assert open_client.get("/run.json").status_code == 200
    assert open_client.get("/").status_code == 200


def test_token_may_come_in_a_header(open_client):
    headers = {"X-Poolbench-Token": TOKEN}
    assert open_client.get("/run.json", headers=headers).status_code == 200


def test_open_server_still_refuses_names_of_others(open_client):
    headers = {"X-Poolbench-Token": TOKEN, "Host": "evil.example"}
    assert open_client.get("/run.json", headers=headers).status_code == 400


@pytest.mark.parametrize("place", ["/", "/main.js", "/run.json", "/report.html", "/nowhere"])
def test_every_answer_has_the_headers_that_protect(client, place):
    headers = client.get(place).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    script = policy.partition("script-src ")[2].partition(";")[0]
    assert "unsafe" not in script
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "access-control-allow-origin" not in headers


def test_report_runs_its_own_script_and_none_that_somebody_put_there(served_copy):
    report = served_copy / "report.html"
    (own,) = re.findall(r"<script>(.*?)</script>", report.read_text(), re.DOTALL)
    report.write_text("<p>x</p><script>let one = 1;</script><script src='a.js'></script>")
    with open_app(served_copy) as client:
        policy = client.get("/report.html").headers["content-security-policy"]
    digest = base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}';" in policy
    # Nor is it a page of this server, which could ask it for more.
    assert policy.endswith("sandbox allow-scripts")


def test_report_that_is_a_link_out_of_the_run_is_not_shown(served_copy, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    (served_copy / "report.html").unlink()
    (served_copy / "report.html").symlink_to(secret)
    with open_app(served_copy) as client:
        assert client.get("/report.html").status_code == 404
        assert client.get("/run.json").json()["hasReport"] is False


def test_names_are_shown_as_text(served_copy):
    store = RunStore(served_copy)
    data = store.load_model("data.json", DataRecord)
    store.save_model("data.json", data.model_copy(update={"classes": ("a\u202eb", "\x1b[31m")}))
    with open_app(served_copy) as client:
        assert client.get("/run.json").json()["classes"] == ["a\\u202eb", "\\x1b[31m"]


def test_unfinished_study_has_progress_and_no_report(served_copy):
    (served_copy / "study.json").unlink()
    made = make_app(served_copy, host="127.0.0.1", token=None, lang="en")
    with TestClient(made, HOST) as client:
        progress = client.get("/run.json").json()["progress"]
        assert (progress["state"], progress["done"], progress["total"]) == ("finishing", 4, 4)
        assert client.get("/report.html").status_code == 404
        assert client.post("/predict", content=b"x").status_code == 409


def test_who_has_been_told_all_or_has_gone_takes_no_place(served, run_async):
    progress = Progress(served)

    async def receive():
        await asyncio.sleep(3600)

    async def watch():
        for is_patient in (True, False):
            lines = progress.watch(Request({"type": "http"}, receive))
            await anext(lines)
            assert len(progress._watching) == 1
            if is_patient:
                assert [line async for line in lines] == []
            else:
                await lines.aclose()
            assert progress._watching == {}

    run_async(watch())


def test_progress_is_told_as_events_until_it_is_finished(client):
    with client.stream("GET", "/progress") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = [line for line in answer.iter_lines() if line]
    assert json.loads(lines[-1].removeprefix("data: "))["state"] == "finished"


def test_a_broken_final_model_is_told_in_words(served_copy):
    (served_copy / "best" / "model.onnx").write_bytes(b"x")
    with open_app(served_copy) as client:
        answer = client.post("/predict", content=bytes(32 * 32 * 3))
        russian = client.post(
            "/predict", content=bytes(32 * 32 * 3), headers={"accept-language": "ru"}
        )
    assert "not an ONNX model" in answer.json()["error"]
    assert russian.status_code == 500
    assert "не модель ONNX" in russian.json()["error"]


async def ask_in_parts(app, parts):
    """The status of a POST whose body comes in these parts; after an empty one there is no more.

    Else it stands still.
    """
    statuses = []

    async def receive():
        if not parts:
            await asyncio.sleep(3600)
        part = parts.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(part)}

    async def send(message):
        statuses.append(message.get("status"))

    headers = [(b"host", b"127.0.0.1")]
    scope = {"type": "http", "method": "POST", "path": "/picture", "query_string": b""}
    scope |= {"headers": headers, "http_version": "1.1", "raw_path": b"/picture"}
    await app(scope, receive, send)
    return statuses[0]


def test_slow_body_is_given_up(served, monkeypatch, run_async):
    monkeypatch.setattr(bodies, "BODY_SECONDS", 0.05)
    made = make_app(served, host="127.0.0.1", token=None, lang="en")
    assert run_async(ask_in_parts(made, [b"x"])) == 408


def test_body_of_unknown_length_is_read_no_further_than_allowed(served, run_async):
    made = make_app(served, host="127.0.0.1", token=None, lang="en")
    parts = [b"x" * 1_000_000] * 100
    assert run_async(ask_in_parts(made, parts)) == 413
    assert len(parts) == 100 - MOST_UPLOAD_BYTES // 1_000_000 - 1


def test_a_broken_or_diverged_variant_does_not_stop_the_others(served_copy, capsys):
    broken = sorted((served_copy / "variants").iterdir())[0]
    (broken / "model.onnx").write_bytes(b"garbage")
    with open_app(served_copy) as client:
        told = client.get("/run.json").json()
        assert broken.name not in [model["variant"] for model in told["models"][1:]]
        pixels = client.get("/pictures.bin").content[: told["height"] * told["width"] * 3]
        found = client.post("/predict", content=pixels).json()["probabilities"]
    assert len(found) == len(told["models"]) == 2
    assert "model.onnx is not an ONNX model" in capsys.readouterr().err


def test_a_diverged_variant_has_nothing_to_say(served_copy):
    store = RunStore(served_copy)
    study = store.load_model("study.json", StudyRecord)
    first = store.load_trial(study.trials[0])
    record = first.model_copy(update={"diverged_at": 3})
    store.save_model(f"trials/{first.id}/record.json", record)
    (store.trials / first.id / "SHA256SUMS").unlink()
    shown = [model.variant for model in read_finished(served_copy).models[1:]]
    assert first.spec.variant.id not in shown
    assert len(shown) == 1


def test_a_run_that_is_gone_is_not_said_to_be_preparing(served_copy, tmp_path):
    served_copy.rename(tmp_path / "elsewhere")
    with open_app(served_copy) as client:
        assert client.get("/run.json").status_code == 500
        assert "is not a run" in client.get("/run.json").json()["error"]


@pytest.mark.parametrize("is_whole", [True, False], ids=["run again", "gone"])
def test_a_run_that_changes_while_it_is_read_is_told(served_copy, monkeypatch, is_whole):
    study = served_copy / "study.json"

    def change(path):
        content = study.read_bytes()
        study.unlink()
        (path / "verdict.json").unlink()
        if is_whole:
            study.write_bytes(content)
        return read_finished(path)

    monkeypatch.setattr(app, "read_finished", change)
    with open_app(served_copy) as client:
        answer = client.get("/pictures.bin")
        assert (answer.status_code, len(answer.json()["error"]) > 10) == (
            503 if is_whole else 409,
            1,
        )


def test_a_report_that_goes_while_it_is_asked_for_is_told(served_copy, monkeypatch):
    monkeypatch.setattr(app, "has_report", lambda _: True)
    (served_copy / "report.html").unlink()
    with open_app(served_copy) as client:
        answer = client.get("/report.html")
    assert answer.status_code == 503
    assert answer.json()["error"] == TEXTS["en"]["serve.refused-changing"]


def test_answers_that_are_no_numbers_are_told_in_words(served_copy):
    path = served_copy / "best" / "model.onnx"
    proto = onnx.load(path)
    (bias,) = (value for value in proto.graph.initializer if value.name.endswith("linear.bias"))
    broken = np.full(bias.dims, np.nan, np.float32)
    bias.CopyFrom(onnx.numpy_helper.from_array(broken, bias.name))
    path.write_bytes(proto.SerializeToString())
    with open_app(served_copy) as client:
        answer = client.post("/predict", content=bytes(32 * 32 * 3))
    assert answer.status_code == 500
    assert "not finite numbers" in answer.json()["error"]


def test_bodies_that_others_need_the_room_of_are_given_up(served, monkeypatch, run_async):
    """The one that began first goes; what is left of it is not taken for a picture."""
    monkeypatch.setattr(bodies, "MOST_HELD_BYTES", 3000)
    made = make_app(served, host="127.0.0.1", token=None, lang="en")

    async def ask_twice():
        first = asyncio.create_task(ask_in_parts(made, [b"x" * 2000]))
        await asyncio.sleep(0.05)
        second = asyncio.create_task(ask_in_parts(made, [b"x" * 2000, b""]))
        return await asyncio.gather(first, second)

    assert run_async(ask_twice()) == [408, 415]


def test_numbers_of_models_have_an_end(served):
    with open_app(served) as client:
        assert client.post(f"/predict?model={'9' * 5000}", content=b"x").status_code == 404
