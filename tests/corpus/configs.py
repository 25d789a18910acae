"""Study files and recipe files that are broken or contradict themselves."""

import os
from collections.abc import Iterator
from functools import partial

from corpus.case import Box, Case, make_nothing

GROUP = "configs"
FILE = "study.toml"
RUN = ("run", "--dry-run", "--config", "{in}/study.toml")
RECIPE = ("run", "--dry-run", "--recipes", "{in}/mine.toml")
WHOLE = "epochs = 1\nbatch_size = 64\nlearning_rate = 0.01\n"


def list_cases() -> Iterator[Case]:
    """All of them."""
    for name, (content, *words) in (_list_broken() | _list_values() | _list_against()).items():
        make = partial(_write, name=FILE, content=content)
        yield Case(GROUP, name, make, RUN, 2, tuple(words))
    for name, (content, *words) in _list_recipes().items():
        make = partial(_write, name="mine.toml", content=content)
        yield Case(GROUP, f"recipe-{name}", make, RECIPE, 2, tuple(words))
    yield from _list_options()
    yield from _list_places()


def _write(box: Box, name: str, content: bytes | str) -> None:
    box.write(name, content)


def _list_broken() -> dict[str, tuple[bytes | str, ...]]:
    """Files that are no TOML; all are named."""
    contents: dict[str, bytes | str] = {
        "no-toml": "operators: [max]",
        "json": '{"operators": ["max"]}',
        "binary": bytes(range(256)),
        "utf-16": "epochs = 1\n".encode("utf-16"),
        "nul": "epochs = 1\0\n",
        "half": 'operators = ["max", "av',
        "key-twice": "epochs = 1\nepochs = 2\n",
        "table-twice": "[data]\n[data]\n",
        "nested": "a = " + "[" * 20_000,
        "nested-tables": "a = " + "{a=" * 20_000,
        "long-number": f"epochs = {'9' * 6000}\n",
        "no-date": "epochs = 2020-99-99\n",
        "merge-marks": "<<<<<<< HEAD\nepochs = 1\n=======\n",
        "huge": "# " + "x" * 20_000_000,
    }
    return {name: (content, FILE) for name, content in contents.items()}


def _list_values() -> dict[str, tuple[str, ...]]:
    """Keys that nobody knows and values of another type."""
    return {
        "unknown-key": ("epoch = 3\n", "no setting 'epoch'. Did you mean 'epochs'"),
        "unknown-table": ("[training]\nepochs = 3\n", "training"),
        "unknown-data-key": ("[data]\npath = 'x'\n", "data.path"),
        "escaped-key": ('"\\u001b[31m" = 1\n', "\\x1b[31m"),
        "key-of-lines": ('"a\\nError: b" = 1\n', "a\\nError: b"),
        "data-text": ("data = 'sample'\n", "data", "expected a table"),
        "data-number": ("data = 3\n", "data"),
        "operators-text": ("operators = 'max'\n", "operators"),
        "operators-number": ("operators = 3\n", "operators"),
        "operators-table": ("[operators]\nmax = 1\n", "operators"),
        "operators-nested": ("operators = [['max']]\n", "operators contains"),
        "operators-empty": ("operators = []\n", "operators names nothing"),
        "operators-twice": ("operators = ['max', 'max']\n", "twice"),
        "backbones-number": ("backbones = 3\n", "backbones"),
        "recipes-number": ("recipes = 3\n", "recipes"),
        "recipes-true": ("recipes = true\n", "recipes"),
        "recipes-numbers": ("recipes = [3]\n", "recipes contains 3"),
        "recipes-table": ("[recipes]\na = 1\n", "recipes"),
        "own-recipes-number": ("own_recipes = 3\n", "own_recipes"),
        "own-recipes-numbers": ("recipes = ['x.toml']\nown_recipes = [3]\n", "x.toml"),
        "own-recipe-incomplete": ("own_recipes = [{name = 'a'}]\n", "own_recipes[0].epochs"),
        "own-recipe-path": (f"[[own_recipes]]\nname = '../x'\n{WHOLE}", "own_recipes[0].name"),
        "preset-list": ("preset = ['quick']\n", "preset"),
        "preset-number": ("preset = 3\n", "preset"),
        "preset-unknown": ("preset = 'quik'\n", "Did you mean 'quick'"),
        "epochs-text": ("epochs = 'many'\n", "epochs", "many"),
        "epochs-float": ("epochs = 1.5\n", "epochs"),
        "epochs-list": ("epochs = [1]\n", "epochs"),
        "epochs-date": ("epochs = 2020-01-01\n", "epochs"),
        "folds-true": ("folds = true\n", "folds"),
        "repeats-float": ("repeats = 1.5\n", "repeats"),
        "repeats-true": ("repeats = true\n", "repeats"),
        "seed-text": ("seed = 'x'\n", "seed"),
        "device-number": ("device = 3\n", "device"),
        "rewrites-text": ("rewrites = 'perhaps'\n", "rewrites"),
        "margin-nan": ("margin_points = nan\n", "margin_points"),
        "margin-infinite": ("margin_points = inf\n", "margin_points"),
        "time-list": ("time_limit_seconds = [1]\n", "time_limit_seconds"),
        "classes-text": ("[data]\nclasses = 'apple'\n", "data.classes"),
        "source-number": ("[data]\nsource = 3\n", "data.source"),
        "size-text": ("[data]\nimage_size = 'x'\n", "data.image_size"),
        "weights-number": ("weights = 3\n", "weights"),
    }


def _list_against() -> dict[str, tuple[str, ...]]:
    """Values that do not go together."""
    own = f"[[own_recipes]]\nname = 'mine'\n{WHOLE}"
    return {
        "address-alone": ("address = 'auto'\n", "belong to executor='ray'"),
        "storage-alone": ("storage = '/tmp'\n", "belong to executor='ray'"),
        "file-for-sample": ("[data]\ndata_file = 'x'\n", "works only with --data cifar10"),
        "groups-for-sample": ("[data]\ngroups = 'subfolder'\n", "works only with --data folder"),
        "groups-regex": (
            "[data]\nsource = 'folder:x'\ngroups = 'name:('\n", "regular expression cannot be read",
        ),
        "groups-unknown": ("[data]\nsource = 'folder:x'\ngroups = 'who'\n", "expected subfolder"),
        "own-recipe-twice": (own + own, "mine", "twice"),
        "own-recipe-taken": (own.replace("mine", "quick"), "Rename the recipe"),
        "weights-unused": ("weights = 'x.safetensors'\n", "x.safetensors"),
        "weights-missing": ("recipes = ['finetune']\n", "--weights"),
        "baseline": ("baseline = 'maxx'\n", "Did you mean 'max'"),
        "vary-many": ("vary = ['rate']\n", "Name one operator"),
        "vary-twice": ("vary = ['rate', 'rate']\n", "twice"),
        "class-twice": ("[data]\nsource = 'sample'\nclasses = ['pear', '2']\n", "selected twice"),
        "class-alone": ("[data]\nsource = 'sample'\nclasses = ['pear']\n", "two classes"),
        "no-class": ("[data]\nsource = 'sample'\nclasses = []\n", "two classes"),
        "class-unknown": (
            "[data]\nsource = 'sample'\nclasses = ['pear', 'plumm']\n", "Did you mean 'plum'",
        ),
    }  # fmt: skip


def _list_recipes() -> dict[str, tuple[bytes | str, ...]]:
    return {
        "empty": ("", "mine", "epochs"),
        "binary": (bytes(range(128, 256)), "mine.toml"),
        "half": ("epochs = ", "mine"),
        "nested": ("a = " + "[" * 20_000, "mine"),
        "long-number": (f"epochs = {'9' * 6000}", "mine"),
        "unknown-key": (WHOLE + "dropuot = 0.1\n", "dropuot"),
        "rate-nan": (WHOLE.replace("0.01", "nan"), "learning_rate"),
        "rate-infinite": (WHOLE.replace("0.01", "inf"), "learning_rate"),
        "rate-zero": (WHOLE.replace("0.01", "0.0"), "learning_rate"),
        "rate-negative": (WHOLE.replace("0.01", "-1.0"), "learning_rate"),
        "rate-text": (WHOLE.replace("0.01", "'fast'"), "learning_rate"),
        "decay-nan": (WHOLE + "weight_decay = nan\n", "weight_decay"),
        "momentum-one": (WHOLE + "momentum = 1.0\n", "momentum"),
        "dropout-one": (WHOLE + "dropout = 1.0\n", "dropout"),
        "crop-zero": (WHOLE + "crop_scale = 0.0\n", "crop_scale"),
        "mixup-huge": (WHOLE + "mixup = 1e300\n", "mixup"),
        "no-epochs": (WHOLE.replace("epochs = 1", "epochs = 0"), "epochs"),
        "many-epochs": (WHOLE.replace("epochs = 1", "epochs = 1000000000000"), "epochs"),
        "huge-batch": (WHOLE.replace("64", "1000000000000"), "batch_size"),
        "optimizer": (WHOLE + "optimizer = 'lion'\n", "optimizer"),
        "adamw-momentum": (WHOLE + "optimizer = 'adamw'\nmomentum = 0.9\n", "belong to optimizer"),
        "nesterov-alone": (WHOLE + "nesterov = true\n", "needs a momentum"),
        "one-part": (WHOLE + "validation_parts = 1\n", "validation_parts"),
        "patience-alone": (WHOLE + "patience = 3\n", "patience needs"),
        "head-alone": (WHOLE + "trained_part = 'head'\n", "trained_part"),
        "warm-constant": (WHOLE + "warmup_fraction = 0.1\n", "warmup_fraction"),
        "name-path": (WHOLE + "name = '../../x'\n", "name"),
        "name-long": (WHOLE + f"name = '{'x' * 65}'\n", "name"),
        "name-taken": (WHOLE + "name = 'quick'\n", "Rename the recipe"),
        "name-list": (WHOLE + "name = ['x']\n", "name"),
    }


def _list_options() -> Iterator[Case]:
    """The same on the command line."""
    refused = {
        "operator": (("--operators", "mux"), "Did you mean 'max'"),
        "operator-none": (("--operators", ","), "operators names nothing"),
        "operator-path": (("--operators", "../../max"), "../../max"),
        "operator-escape": (("--operators", "\x1b[31mmax"), "\\x1b[31mmax"),
        "operator-module": (("--operators", "no.such.module:Pool"), "no.such.module"),
        "operator-function": (("--operators", "os:getcwd"), "os:getcwd"),
        "operator-missing": (("--operators", "os:Pool"), "os", "Pool"),
        "backbone": (("--backbones", "labb"), "Did you mean 'lab'"),
        "backbone-kernel": (("--backbones", "lab-k4"), "kernel is 4; expected an odd number"),
        "backbone-shape": (("--backbones", "resnet18-k3"), "kernel"),
        "backbone-module": (("--backbones", "no.such:net"), "no.such"),
        "backbone-number": (("--backbones", "math:pi"), "math:pi"),
        "recipe": (("--recipes", "quik"), "Did you mean 'quick'"),
        "recipe-file": (("--recipes", "gone.toml"), "gone.toml"),
        "protocol": (("--protocol", "loo"), "protocol"),
        "metric": (("--metric", "f1"), "metric"),
        "fit": (("--fit", "stretch"), "fit"),
        "on-bad": (("--on-bad", "ignore"), "--on-bad is"),
        "device": (("--device", "tpu"), "tpu"),
        "precision": (("--precision", "float8"), "precision"),
        "executor": (("--executor", "dask"), "executor"),
        "preset": (("--preset", "fast"), "preset"),
        "tune": (("--tune", "all"), "tune"),
        "vary": (("--operators", "max", "--vary", "depth"), "vary"),
        "lang": (("--lang", "xx"), "xx"),
        "data": (("--data", "imagenet"), "imagenet"),
        "data-empty": (("--data", ""), "image set"),
        "task": (("--data", "task:needel"), "Did you mean 'needle'"),
        "weights": (("--recipes", "finetune", "--weights", "gone.safetensors"), "gone.safetensors"),
        "classes-empty": (("--classes", ""), "two classes"),
        "class-number": (("--classes", "0,99"), "99"),
        "class-long-number": (("--classes", "0," + "9" * 5000), "no class"),
        "all-but-all": (
            ("--data", "sample", "--classes", "all-but:apple,lemon,pear,plum"),
            "two classes",
        ),
        "unknown-option": (("--epoch", "3"), "--epoch"),
        "no-value": (("--epochs",), "--epochs"),
        "surplus": (("study.toml",), "study.toml"),
    }
    for name, (options, *words) in refused.items():
        arguments = ("run", "--dry-run", *options)
        yield Case(GROUP, f"option-{name}", make_nothing, arguments, 2, tuple(words))
    yield Case(GROUP, "unknown-command", make_nothing, ("rum",), 2, ("rum",))
    yield Case(GROUP, "unknown-recipe", make_nothing, ("recipes", "quik"), 2, ("quick",))
    yield Case(GROUP, "unknown-operator", make_nothing, ("operators", "mux"), 2, ("max",))
    yield Case(GROUP, "recipe-as-path", make_nothing, ("recipes", "../x"), 2, ("../x",))


def _list_places() -> Iterator[Case]:
    nul = partial(_write, name=FILE, content='[data]\nsource = "folder:a\\u0000b"\n')
    yield Case(GROUP, "source-nul", nul, RUN, 3, ("a\\x00b",))
    words = ("{in}/study.toml",)
    yield Case(GROUP, "missing", make_nothing, RUN, 2, (*words, "no such file"))
    yield Case(GROUP, "folder", lambda box: (box.folder / FILE).mkdir(), RUN, 2, words)
    yield Case(GROUP, "pipe", lambda box: os.mkfifo(box.folder / FILE), RUN, 2, words, "posix")
    loop = lambda box: (box.folder / FILE).symlink_to(FILE)  # noqa: E731
    yield Case(GROUP, "loop", loop, RUN, 2, words, "posix")
    device = lambda box: (box.folder / FILE).symlink_to("/dev/zero")  # noqa: E731
    yield Case(GROUP, "device", device, RUN, 2, words, "posix")
    closed = lambda box: box.write(FILE, "").chmod(0)  # noqa: E731
    yield Case(GROUP, "closed", closed, RUN, 2, (*words, "not readable"), "user")
    weights = ("run", "--dry-run", "--recipes", "finetune", "--weights", "{in}/w.safetensors")
    contents = {
        "empty": b"",
        "pickle": b"\x80\x04K\x01.",
        "long-head": b"\xff" * 8 + b"{}",
        "head-alone": (99).to_bytes(8, "little") + b"{}",
        "outside": _make_weights("F32", 99),
        "unknown-type": _make_weights("Q9", 1),
        "other-network": _make_weights("F32", 1),
    }
    for name, content in contents.items():
        make = partial(_write, name="w.safetensors", content=content)
        yield Case(GROUP, f"weights-{name}", make, weights, 2, ("w.safetensors",))
    pipe = lambda box: os.mkfifo(box.folder / "w.safetensors")  # noqa: E731
    yield Case(GROUP, "weights-pipe", pipe, weights, 2, ("w.safetensors",), "posix")


def _make_weights(kind: str, count: int) -> bytes:
    head = f'{{"a":{{"dtype":"{kind}","shape":[{count}],"data_offsets":[0,{4 * count}]}}}}'
    return len(head).to_bytes(8, "little") + head.encode() + bytes(4)
