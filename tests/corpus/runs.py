"""Finished runs in which something is missing, broken or edited."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save_file

from corpus.case import Box, Case, make_nothing
from corpus.pictures import cut, encode, make_noise, save_npz

GROUP = "runs"
REPORT = ("report", "{in}/run")
VERIFY = ("verify", "{in}/run")
EXPORT = ("export", "{in}/run", "--out", "{in}/x.onnx")
# Whatever is read before is whole, if it is the layout that is refused.
READ = ("export", "{in}/run", "--layout", "none")
Edit = Callable[[Path], object]


def list_cases() -> Iterator[Case]:
    """All of them."""
    yield from _list_missing()
    for name, (edit, *words) in (_list_json() | _list_edited() | _list_tables()).items():
        yield _case(name, edit, REPORT, 1, *words)
    for name, (edit, *words) in _list_npz().items():
        yield _case(name, edit, REPORT, 1, *words)
    for name, (edit, *words) in _list_weights().items():
        yield _case(f"weights-{name}", edit, EXPORT, 1, *words)
    yield from _list_continued()
    yield from _list_proofs()
    yield from _list_asked()


def _case(name: str, edit: Edit, arguments: tuple[str, ...], code: int, *words: str) -> Case:
    return Case(GROUP, name, partial(_make, edit=edit), arguments, code, words)


def _make(box: Box, edit: Edit) -> None:
    edit(box.copy_run())


def find_trial(run: Path, part: str = "f0") -> Path:
    """The folder of a trial that was compared."""
    return next(path for path in sorted((run / "trials").iterdir()) if part in path.name)


def _list_missing() -> Iterator[Case]:
    names = ("study.json", "verdict.json", "data.json", "config.toml", "environment.json")
    for name in (*names, "leaderboard.csv", "trials"):
        yield _case(f"no-{name}", partial(_remove, name=name), REPORT, 1, name.removesuffix("s"))
    for name in ("record.json", "timing.json", "history.csv", "predictions.npz"):
        yield _case(f"no-trial-{name}", partial(_remove, name=name, trial=True), REPORT, 1, name)
    for name in ("final.json", "weights.safetensors", "record.json"):
        whole = name == "final.json"
        edit = (
            partial(_remove, name="best/final.json") if whole else partial(_remove_final, name=name)
        )
        yield _case(f"export-no-{name}", edit, EXPORT, 1, name)
    for name in ("model.onnx", "weights.safetensors", "reference.npz"):
        edit = partial(_remove, name=f"best/{name}")
        yield _case(f"verify-no-{name}", edit, VERIFY, 1, f"best/{name}")
    for command in (REPORT, VERIFY, EXPORT, ("serve", "{in}/run")):
        yield Case(GROUP, f"{command[0]}-nothing", make_nothing, command, 1, ("{in}/run",))
        empty = lambda box: (box.folder / "run").mkdir()  # noqa: E731
        yield Case(GROUP, f"{command[0]}-empty", empty, command, 1, ("{in}/run",))
        file = lambda box: box.write("run", b"x")  # noqa: E731
        yield Case(GROUP, f"{command[0]}-file", file, command, 1, ("{in}/run",))
    case = _case("pipe", _put_pipe, REPORT, 1, "verdict.json")
    yield Case(**{**vars(case), "needs": "posix"})


def _put_pipe(run: Path) -> None:
    (run / "verdict.json").unlink()
    os.mkfifo(run / "verdict.json")


def _remove(run: Path, name: str, trial: bool = False) -> None:
    path = (find_trial(run) if trial else run) / name
    shutil.rmtree(path) if path.is_dir() else path.unlink()


def _remove_final(run: Path, name: str) -> None:
    (find_trial(run, "whole") / name).unlink()


def _list_json() -> dict[str, tuple[Any, ...]]:
    """A file of JSON that is none, or is of another kind."""
    contents: dict[str, tuple[bytes, ...]] = {
        "empty": (b"",),
        "half": (b'{"schema_version": 2, "kin',),
        "list": (b"[]",),
        "number": (b"3",),
        "null": (b"null",),
        "text": (b'"x"',),
        "no-utf-8": (b'{"kind": "\xff"}',),
        "nested": (b"[" * 100_000,),
        "nested-objects": (b'{"a":' * 100_000,),
        "long-number": (b'{"schema_version": ' + b"9" * 6000 + b"}",),
        "zeros": (bytes(9999),),
        "no-keys": (b"{}",),
        "newer-schema": (b'{"schema_version": 99}', "schema_version 99", "newer poolbench"),
        "schema-text": (b'{"schema_version": "2"}', "schema"),
        "schema-null": (b'{"schema_version": null}', "schema"),
        "schema-list": (b'{"schema_version": [2]}', "schema"),
        "schema-zero": (b'{"schema_version": 0}', "schema"),
        "schema-infinite": (b'{"schema_version": Infinity}', "schema"),
    }
    found: dict[str, tuple[Any, ...]] = {}
    for name, (content, *words) in contents.items():
        edit = partial(_replace, name="verdict.json", content=content)
        found[f"json-{name}"] = (edit, "verdict.json", *words)
    for name in ("study.json", "data.json", "environment.json", "best/final.json", "timing.json"):
        edit = partial(_replace, name=name, content=b"[1]")
        found[f"list-in-{name.replace('/', '-')}"] = (edit, name)
    edit = partial(_replace, name="config.toml", content=b"operators = 3")
    found["config-broken"] = (edit, "config.toml", "operators")
    edit = partial(_replace, name="config.toml", content=b"\xff\xfe")
    found["config-no-text"] = (edit, "config.toml")
    return found


def _replace(run: Path, name: str, content: bytes) -> None:
    (run / name).write_bytes(content)


def _list_edited() -> dict[str, tuple[Any, ...]]:
    """Records that were changed by hand."""
    changes: dict[str, tuple[str, Callable[[Any], object], str]] = {
        "unknown-key": ("verdict.json", lambda v: v.update(note="x"), "note"),
        "kind": ("verdict.json", lambda v: v.update(kind="won"), "kind"),
        "margin-text": ("verdict.json", lambda v: v.update(margin_points="x"), "margin_points"),
        "other-winner": ("verdict.json", lambda v: v.update(recommended="x"), "names x"),
        "no-trials": ("study.json", lambda v: v.update(trials=[]), "study.json"),
        "unknown-trial": ("study.json", lambda v: v["trials"].append("x-r0f0-0"), "x-r0f0-0"),
        "trial-elsewhere": (
            "study.json", lambda v: v["trials"].append("../../run/trials/x"), "../../run/trials/x",
        ),
        "trial-absolute": ("study.json", lambda v: v["trials"].append("/etc"), "/etc"),
        "trial-nul": ("study.json", lambda v: v["trials"].append("a\0b"), "a\\x00b"),
        "trial-number": ("study.json", lambda v: v["trials"].append(3), "trials"),
        "size": ("data.json", lambda v: v.update(image_size=[32]), "image_size"),
        "classes": ("data.json", lambda v: v.update(classes="ab"), "classes"),
        "fewer-classes": ("data.json", lambda v: v.update(classes=["a"]), "classes"),
    }  # fmt: skip
    found: dict[str, tuple[Any, ...]] = {}
    for name, (file, change, word) in changes.items():
        edit = partial(_change, name=file, change=change)
        found[f"edited-{name}"] = (edit, file if word == "classes" else word)
    records: dict[str, tuple[Callable[[Any], object], str]] = {
        "id": (lambda v: v.update(id="max.lab.quick-r0f0-000000000000"), "does not"),
        "seed": (lambda v: v["spec"].update(seed=7), "seed"),
        "recipe": (lambda v: v["spec"]["variant"]["recipe"].update(epochs=99), "spec"),
        "operator": (lambda v: v["spec"]["variant"].update(operator="../x"), "spec"),
        "fold": (lambda v: v["spec"].update(fold=1), "spec"),
        "accuracy-text": (lambda v: v["held_out"].update(accuracy="x"), "held_out.accuracy"),
        "no-spec": (lambda v: v.pop("spec"), "spec"),
        "newer": (lambda v: v.update(schema_version=3000), "schema_version 3000"),
    }
    for name, (change, _) in records.items():
        found[f"record-{name}"] = (partial(_change_record, change=change), "record.json")
    found["record-of-another"] = (_mix_up, "record.json")
    for name in ("record.json", "timing.json", "history.csv", "predictions.npz"):
        found[f"damaged-{name}"] = (partial(_damage, name=name), name, "was changed after")
    return found


def _change(run: Path, name: str, change: Callable[[Any], object]) -> None:
    path = run / name
    values = json.loads(path.read_text(encoding="utf-8"))
    change(values)
    path.write_text(json.dumps(values), encoding="utf-8")


def _forget_sums(trial: Path) -> Path:
    """Of whoever changes a file and its sum, or a run of before there were sums."""
    (trial / "SHA256SUMS").unlink()
    return trial


def _damage(run: Path, name: str) -> None:
    """One bit of a file of a trial."""
    path = find_trial(run) / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _change_record(run: Path, change: Callable[[Any], object]) -> None:
    _change(_forget_sums(find_trial(run)), "record.json", change)


def _mix_up(run: Path) -> None:
    place = _forget_sums(find_trial(run, "f0"))
    shutil.copy(find_trial(run, "f1") / "record.json", place / "record.json")


def _list_tables() -> dict[str, tuple[Any, ...]]:
    board = {
        "empty": b"",
        "picture": encode(make_noise()),
        "other-columns": b"a,b\n1,2\n",
        "text": b"variant,accuracy\nmax,high\n",
        "long-cell": b"variant\n" + b"x" * 200_000,
    }
    found: dict[str, tuple[Any, ...]] = {}
    for name, content in board.items():
        edit = partial(_replace, name="leaderboard.csv", content=content)
        found[f"leaderboard-{name}"] = (edit, "leaderboard.csv")
    curves = {
        "empty": b"",
        "other-columns": b"a,b\n1,2\n",
        "text": b"no numbers",
        "binary": bytes(range(256)),
        "long-cell": b"x" * 200_000,
    }
    for name, content in curves.items():
        found[f"history-{name}"] = (
            partial(_replace_in_trial, "history.csv", content),
            "history.csv",
        )
    for name, content in {"other-columns": b"a,b\n1,2\n", "long-cell": b"x" * 200_000}.items():
        edit = partial(_replace, name="suspects.csv", content=content + b"\n1,2\n")
        found[f"suspects-{name}"] = (edit, "suspects.csv")
    return found


def _replace_in_trial(name: str, content: bytes, run: Path) -> None:
    (_forget_sums(find_trial(run)) / name).write_bytes(content)


def _list_npz() -> dict[str, tuple[Any, ...]]:
    """Arrays of a run that are none, or others."""
    index, logits = np.arange(4), np.zeros((4, 4), np.float32)
    contents = {
        "empty": b"",
        "text": b"no archive",
        "zip": b"PK\5\6" + bytes(18),
        "zeros": bytes(999),
        "objects": save_npz(index=np.array([None]), labels=index, logits=logits),
        "no-logits": save_npz(index=index, labels=index),
        "fewer-labels": save_npz(index=index, labels=index[:2], logits=logits),
        "flat-logits": save_npz(index=index, labels=index, logits=index),
        "text-logits": save_npz(index=index, labels=index, logits=np.full((4, 4), "x")),
        "float-index": save_npz(index=index / 2, labels=index, logits=logits),
        "no-pictures": save_npz(index=index[:0], labels=index[:0], logits=logits[:0]),
        "cut": cut(save_npz(index=index, labels=index, logits=logits), 6),
    }
    found: dict[str, tuple[Any, ...]] = {}
    for name, content in contents.items():
        edit = partial(_replace_in_trial, "predictions.npz", content)
        found[f"predictions-{name}"] = (edit, "predictions.npz")
    for file in ("best/explain.npz", "suspects.npz"):
        for name in ("empty", "text", "zip", "objects", "cut"):
            edit = partial(_replace, name=file, content=contents[name])
            found[f"{Path(file).stem}-{name}"] = (edit, file)
    return found


def _list_weights() -> dict[str, tuple[Any, ...]]:
    """Of the network that is handed over."""
    contents = {
        "empty": b"",
        "pickle": b"\x80\x04K\x01.",
        "long-head": b"\xff" * 8 + b"{}",
        "no-json": (9).to_bytes(8, "little") + b"no json !",
    }
    found: dict[str, tuple[Any, ...]] = {}
    for name, content in contents.items():
        found[name] = (partial(_replace_weights, content=content), "weights.safetensors")
    changes: dict[str, Callable[[dict[str, Any]], object]] = {
        "none": lambda weights: weights.clear(),
        "one-more": lambda weights: weights.update(extra=np.zeros(3, np.float32)),
        "one-less": lambda weights: weights.popitem(),
        "renamed": lambda weights: weights.update({"x": weights.popitem()[1]}),
        "other-shape": lambda w: w.update({name: np.zeros((9, 9), np.float32) for name in w}),
    }
    for name, change in changes.items():
        found[name] = (partial(_change_weights, change=change), "whole-", "weights")
    return found


def _replace_weights(run: Path, content: bytes) -> None:
    (_forget_sums(find_trial(run, "whole")) / "weights.safetensors").write_bytes(content)


def _change_weights(run: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = _forget_sums(find_trial(run, "whole")) / "weights.safetensors"
    weights = load_file(path)
    change(weights)
    save_file(weights, path)


def _list_continued() -> Iterator[Case]:
    """Runs that somebody wants to go on with."""
    on = ("run", "--data", "sample", "--backbones", "lab-example", "--out", "{in}/run")
    edit = partial(_replace, name="config.toml", content=b"operators = 3")
    yield _case("continue-broken-config", edit, on, 1, "config.toml")
    other = (*on, "--classes", "apple,pear")
    yield _case("continue-other-images", lambda run: None, other, 2, "{in}/run", "other images")
    edit = partial(_replace, name="data.json", content=b"{}")
    yield _case("continue-broken-data", edit, on, 1, "data.json")
    file = lambda box: box.write("run", b"x")  # noqa: E731
    yield Case(GROUP, "continue-file", file, on, 1, ("{in}/run",))
    below = (*on[:-1], "{in}/run/below")
    yield Case(GROUP, "continue-below-file", file, below, 1, ("{in}/run",))


def _list_proofs() -> Iterator[Case]:
    """Bundles that do not predict what was measured."""
    images = np.zeros((2, 4, 4, 3), np.uint8)
    facts = np.frombuffer(b"{}", np.uint8)
    good = {"images": images, "labels": np.arange(2), "logits": np.zeros((2, 4), np.float32)}
    more = {"images_other": images, "logits_other": good["logits"]}
    for name, content in {
        "empty": b"",
        "text": b"no archive",
        "objects": save_npz(images=np.array([None])),
        "no-facts": save_npz(**good, **more),
        "facts-empty": save_npz(**good, **more, facts=facts),
        "flat": save_npz(**{**good, "images": np.arange(3)}, **more, facts=facts),
    }.items():
        edit = partial(_replace, name="best/reference.npz", content=content)
        yield _case(f"reference-{name}", edit, VERIFY, 1, "reference.npz")
    for name in ("model.onnx", "weights.safetensors"):
        for kind, content in {"empty": b"", "text": b"none"}.items():
            edit = partial(_replace, name=f"best/{name}", content=content)
            yield _case(f"verify-{kind}-{name}", edit, VERIFY, 4, f"SHA-256 of {name}")
    yield _case("verify-other-weights", _swap_weights, VERIFY, 4, "SHA-256 of weights.safetensors")


def _swap_weights(run: Path) -> None:
    shutil.copy(find_trial(run) / "weights.safetensors", run / "best" / "weights.safetensors")


def _list_asked() -> Iterator[Case]:
    """A whole run, and a question that it has no answer to."""
    refused = {
        "layout": (READ, "none", "nhwc or nchw"),
        "size-without-layout": ((*EXPORT, "--size", "32"), "Leave --size out"),
        "size-zero": ((*EXPORT, "--layout", "nchw", "--size", "0"), "size", "0"),
        "size-negative": ((*EXPORT, "--layout", "nchw", "--size", "-1"), "size", "-1"),
        "size-huge": ((*EXPORT, "--layout", "nchw", "--size", "1000000000000"), "size"),
        "trial-unknown": ((*EXPORT, "--trial", "max"), "trial", "max"),
        "trial-elsewhere": ((*EXPORT, "--trial", "../../run"), "../../run"),
        "out-is-folder": (("export", "{in}/run", "--out", "{in}"), "{in}"),
        "out-below-file": (("export", "{in}/run", "--out", "{in}/run/data.json/x"), "data.json"),
        "author-alone": ((*REPORT, "--author", "A"), "--lab"),
        "lang": ((*REPORT, "--lang", "xx"), "xx"),
        "host": (("serve", "{in}/run", "--host", "no host"), "no host"),
        "page-in-run": (("page", "{in}/run", "--out", "{in}/run/page"), "is inside the run"),
        "page-no-bundle": (("page", "{in}/run", "--out", "{in}/page"), "npm pack"),
        "page-other-bundle": (
            ("page", "{in}/run", "--out", "{in}/page", "--bundle", "{in}/run"), "{in}/run",
        ),
    }  # fmt: skip
    for name, (arguments, *words) in refused.items():
        yield _case(f"asked-{name}", lambda run: None, arguments, 2, *words)
    older = partial(_change, name="verdict.json", change=lambda v: v.update(schema_version=1))
    yield _case("older-schema", older, READ, 2, "nhwc or nchw")
    old_record = partial(_make_older)
    yield _case("older-records", old_record, READ, 2, "nhwc or nchw")


def _make_older(run: Path) -> None:
    for path in run.glob("trials/*/record.json"):
        _change(_forget_sums(path.parent), "record.json", lambda v: v.update(schema_version=1))
