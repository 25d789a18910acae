"""``poolbench page``: what it writes, and what it refuses."""

import hashlib
import json
import shutil

import numpy as np
import onnx
import pytest

from poolbench.errors import DataError, RunError, UsageError
from poolbench.serve.bundle import TESTED, load_bundle
from poolbench.serve.page import LIST, build_page

VERSION = next(iter(TESTED))


def test_page_is_whole_and_replaces_an_earlier_one(served, bundle, tmp_path):
    out = tmp_path / "page"
    index = build_page(served, out, bundle, "ru")
    assert '<html lang="ru">' in index.read_text(encoding="utf-8")
    (out / ".git").mkdir()
    (out / "CNAME").write_text("example.org", encoding="utf-8")
    # A file of an earlier version of the page.
    written = json.loads((out / LIST).read_text(encoding="utf-8"))
    (out / "old.js").touch()
    nothing = [hashlib.sha256().hexdigest()]
    earlier = {**written, "old.js": nothing, "../outside": nothing}
    (out / LIST).write_text(json.dumps(earlier), encoding="utf-8")
    (tmp_path / "outside").touch()
    build_page(served, out, bundle, "en")
    assert not (out / "old.js").exists()
    # What somebody else put there stays.
    assert (out / ".git").is_dir()
    assert (out / "CNAME").read_text(encoding="utf-8") == "example.org"
    assert (tmp_path / "outside").exists()
    facts = json.loads((out / "run.json").read_text(encoding="utf-8"))
    for model, source in zip(facts["models"], ("best", None, None), strict=True):
        folder = served / (source or f"variants/{model['variant']}")
        assert (out / model["file"]).read_bytes() == (folder / "model.onnx").read_bytes()
    pictures = np.load(served / "pictures.npz")["images"]
    assert (out / "pictures.bin").read_bytes() == pictures.tobytes()
    assert {file.name for file in (out / "ort").iterdir()} == {
        "ort.wasm.bundle.min.js",
        "ort-wasm-simd-threaded.wasm",
    }


def test_page_spares_a_folder_of_something_else(served, bundle, tmp_path):
    (tmp_path / "index.html").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="do not belong to a poolbench page"):
        build_page(served, tmp_path, bundle, "en")
    assert (tmp_path / "index.html").read_text(encoding="utf-8") == "mine"


def test_page_spares_files_of_its_own_that_somebody_changed(served, bundle, tmp_path):
    out = tmp_path / "page"
    build_page(served, out, bundle, "en")
    (out / "index.html").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match=r"do not belong to a poolbench page: index\.html"):
        build_page(served, out, bundle, "en")
    assert (out / "index.html").read_text(encoding="utf-8") == "mine"


def test_page_is_not_written_into_its_run_nor_where_nothing_can_be(served, bundle, tmp_path):
    with pytest.raises(UsageError, match="is inside the run"):
        build_page(served, served / "best" / "page", bundle, "en")
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="cannot be written"):
        build_page(served, tmp_path / "file" / "page", bundle, "en")


def test_page_without_bundle_says_how_to_get_it(served, poolbench_cli, tmp_path):
    done = poolbench_cli("page", served, "--out", tmp_path / "page")
    assert done.returncode == 2
    assert f"npm pack onnxruntime-web@{VERSION} && tar xzf" in done.stderr
    assert not (tmp_path / "page").exists()


def test_page_of_an_unfinished_study_is_refused(served_copy, bundle, tmp_path):
    (served_copy / "study.json").unlink()
    with pytest.raises(RunError, match="unfinished"):
        build_page(served_copy, tmp_path / "page", bundle, "en")


def test_page_hands_on_no_model_that_does_more_than_arithmetic(served_copy, bundle, tmp_path):
    path = next((served_copy / "variants").glob("*/model.onnx"))
    proto = onnx.load(path)
    proto.graph.node[0].domain = "strange"
    path.write_bytes(proto.SerializeToString())
    with pytest.raises(DataError, match="'strange'"):
        build_page(served_copy, tmp_path / "page", bundle, "en")
    assert not (tmp_path / "page").exists()


def test_page_puts_a_policy_before_whatever_the_report_is(served_copy, bundle, tmp_path):
    (served_copy / "report.html").write_text("<script>steal()</script>", encoding="utf-8")
    build_page(served_copy, tmp_path / "page", bundle, "en")
    report = (tmp_path / "page" / "report.html").read_text(encoding="utf-8")
    policy, _, rest = report.partition("<script>")
    assert "default-src 'none'" in policy and "script-src 'sha256-" in policy
    assert rest == "steal()</script>"


def test_page_hands_on_no_file_that_a_link_leads_to(served_copy, bundle, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("secret", encoding="utf-8")
    (served_copy / "report.html").unlink()
    (served_copy / "report.html").symlink_to(secret)
    build_page(served_copy, tmp_path / "page", bundle, "en")
    assert not (tmp_path / "page" / "report.html").exists()


def test_load_bundle_refuses_what_is_not_the_tested_package(bundle, tmp_path):
    with pytest.raises(UsageError, match="no unpacked npm package"):
        load_bundle(tmp_path)
    other = shutil.copytree(bundle, tmp_path / "other")
    told = json.loads((other / "package.json").read_text(encoding="utf-8"))
    (other / "package.json").write_text(json.dumps({**told, "version": "1.2.3"}), encoding="utf-8")
    with pytest.raises(UsageError, match=r"onnxruntime-web 1\.2\.3; the tested version is"):
        load_bundle(other)
    changed = shutil.copytree(bundle, tmp_path / "changed")
    file = changed / "dist" / "ort.wasm.bundle.min.mjs"
    file.write_bytes(file.read_bytes() + b" ")
    with pytest.raises(UsageError, match="SHA-256"):
        load_bundle(changed)
    file.unlink()
    with pytest.raises(UsageError, match="cannot be read"):
        load_bundle(changed)
