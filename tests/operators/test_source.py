"""The hash of an operator follows what it does, wherever it was written."""

import importlib
import subprocess
import sys
from pathlib import Path

import cloudpickle
import pytest

from operators.source_forms import FORMS, HEADER, OPERATOR
from poolbench.errors import UsageError
from poolbench.operators._source import compute_source_hash

CLASS = """
import torch.nn.functional as F
from poolbench.operators import Operator
{before}
class Mine(Operator):
    factor = {factor}
    def forward(self, x):
        return {body}
"""


def compute(before="", factor=1, body="x", module="cell"):
    """The hash of a class that has no source file, as in a bare interpreter."""
    namespace = {"__name__": module}
    exec(CLASS.format(before=before, factor=factor, body=body), namespace)  # noqa: S102
    return compute_source_hash(namespace["Mine"])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"body": "F.max_pool2d(x, 2)"}, {"body": "F.avg_pool2d(x, 2)"}),
        ({"body": "x * 2"}, {"body": "x * 3"}),
        ({"factor": 2}, {"factor": 3}),
        ({"before": "SIZE = 2", "body": "x * SIZE"}, {"before": "SIZE = 3", "body": "x * SIZE"}),
        (
            {"before": "def help(x): return x.amax()", "body": "help(x)"},
            {"before": "def help(x): return x.amin()", "body": "help(x)"},
        ),
        ({"body": "sum(x.amax() for _ in range(2))"}, {"body": "sum(x.amin() for _ in range(2))"}),
    ],
    ids=["name", "constant", "attribute", "global", "helper", "inside a generator"],
)
def test_hash_follows_every_edit(first, second):
    assert compute(**first) == compute(**first)
    assert compute(**first) != compute(**second)


def test_hash_follows_closures():
    def make(factor):
        class Mine:
            def forward(self, x):
                return x * factor

        return Mine

    assert compute_source_hash(make(1)) == compute_source_hash(make(1))
    assert compute_source_hash(make(1)) != compute_source_hash(make(2))


def test_hash_is_the_same_in_another_process():
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from operators import test_source as t;"
        "print(t.compute(body='sum(x.amax() for _ in range(2))'))"
    )
    folder = Path(__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", code, folder], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == compute(body="sum(x.amax() for _ in range(2))")


BLOCKS = "class Block:\n    def forward(self, x):\n        return x * {factor}\n"
USES = {
    "from": "from blocks_{n} import Block\ndef make(classes):\n    return Block()\n",
    "import": "import blocks_{n}\ndef make(classes):\n    return blocks_{n}.Block()\n",
    "instance": "from blocks_{n} import Block\nONE = Block()\nONE.size = {factor}\n"
    "def make(classes):\n    return ONE\n",
}


@pytest.mark.full(seconds=6)
@pytest.mark.parametrize("use", USES)
def test_hash_follows_other_modules_of_the_same_folder(use, tmp_path):
    hashes = []
    for number, factor in enumerate((2, 3)):
        folder = tmp_path / str(number)
        folder.mkdir()
        name = f"{use}_{tmp_path.name}"
        (folder / f"blocks_{name}.py").write_text(BLOCKS.format(factor=factor))
        (folder / f"net_{name}.py").write_text(USES[use].format(n=name, factor=factor))
        code = (
            f"import net_{name}; from poolbench.operators._source import compute_source_hash;"
            f"print(compute_source_hash(net_{name}.make))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=folder
        )
        hashes.append(done.stdout)
    assert hashes[0] != hashes[1]


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write a module of one's own, or edit it, and import it anew; the class that it holds."""
    monkeypatch.syspath_prepend(tmp_path)
    # Two versions of one size and second are the same to the cache of compiled modules.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def write(text, name="mine_of_a_test", folder="."):
        (tmp_path / folder / f"{name}.py").write_text(text)
        importlib.invalidate_caches()
        sys.modules.pop(name, None)
        written.add(name)
        return getattr(importlib.import_module(name), "Mine", None)

    written = set()
    yield write
    for name in written:
        sys.modules.pop(name, None)


def edit(text):
    """The other version."""
    place = text.rindex("2")
    return f"{text[:place]}3{text[place + 1 :]}"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("form", FORMS)
def test_hash_follows_values_of_every_kind(form, write):
    texts = [FORMS[form], FORMS[form], edit(FORMS[form])]
    same, again, other = (compute_source_hash(write(HEADER + text + OPERATOR)) for text in texts)
    assert same == again
    assert same != other


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        ("K = (k for k in range(2))", "builtins.generator"),
        ("K = open(__file__)", "_io.TextIOWrapper"),
        ("K = {'a': [open(__file__)]}", "_io.TextIOWrapper"),
        ("K = np.frompyfunc(lambda x: x * 2, 1, 1)", "numpy.ufunc"),
        ("import weakref\nclass P: pass\nP.a = P()\nK = weakref.ref(P.a)", "ReferenceType"),
    ],
)
def test_value_without_a_value_is_refused_in_words(form, kind, write):
    with pytest.raises(UsageError) as refused:
        compute_source_hash(write(HEADER + form + OPERATOR))
    assert f"Mine.forward.K is of type {kind}" in str(refused.value).replace("weakref.", "")
    assert "Create it inside the class" in str(refused.value)


# Of a module beside the operator's, or in another folder of one's own.
OTHER = "K = [2]\n"
USING = {
    "name of another module": ("from other import K", "K"),
    "renamed": ("from other import K as L", "L"),
    "all names": ("from other import *", "K"),
    "attribute of a module": ("import other", "other.K"),
    "renamed module": ("import other as o", "o.K"),
    "asked for by text": ("import other", "getattr(other, 'K')"),
    "module in a list": ("import other\nM = [other]", "M[0].K"),
    "imported when it is called": ("def f():\n    from other import K\n    return K", "f()"),
    "module imported then": ("def f():\n    import other\n    return other.K", "f()"),
    "asked of globals": ("from other import K", "globals()['K']"),
    "asked of its own module": (
        "import sys\nfrom other import K",
        "vars(sys.modules[__name__])['K']",
    ),
    "evaluated": ("from other import K", "eval('K[0] + 1')"),
    "imported by text": (
        "import importlib as i\ndef f(): return i.import_module('other').K",
        "f()",
    ),
    "asked of all modules": ("import sys, other\ndef f(): return sys.modules['other'].K", "f()"),
    "local name": ("from other import K\ndef f(k=K): return k", "f()"),
}


@pytest.mark.parametrize("use", USING)
@pytest.mark.parametrize("folder", [".", "elsewhere"])
def test_hash_follows_values_of_other_modules_of_ones_own(
    use, folder, write, tmp_path, monkeypatch
):
    (tmp_path / folder).mkdir(exist_ok=True)
    monkeypatch.syspath_prepend(tmp_path / folder)
    before, body = USING[use]
    text = HEADER + before + OPERATOR.replace("return K", f"return {body}")
    hashes = []
    for other in (OTHER, OTHER, edit(OTHER)):
        write(other, "other", folder)
        hashes.append(compute_source_hash(write(text)))
    assert hashes[0] == hashes[1]
    assert hashes[0] != hashes[2]


def test_what_a_module_keeps_from_call_to_call_is_no_edit(write):
    cls = write(HEADER + "K = {}\ndef use(k=[]):\n    K[1] = k.append(1)\nMore = use" + OPERATOR)
    before = compute_source_hash(cls)
    sys.modules[cls.__module__].use()
    assert compute_source_hash(cls) == before
    sys.modules[cls.__module__].K = {1: None}
    assert compute_source_hash(cls) != before


@pytest.mark.parametrize("form", ["tensor", "closure", "enumeration", "dataclass", "flags"])
def test_hash_is_the_same_of_what_is_sent_by_value(form):
    """As a notebook's cell is sent to the processes that train."""
    namespace = {"__name__": "__main__"}
    exec(HEADER + FORMS[form] + OPERATOR, namespace)  # noqa: S102
    content = cloudpickle.dumps(namespace["Mine"])
    # It would give the class of this process back.
    for known in ("BY_ID", "BY_CLASS"):
        getattr(cloudpickle.cloudpickle, f"_DYNAMIC_CLASS_TRACKER_{known}").clear()
    sent = cloudpickle.loads(content)
    assert sent is not namespace["Mine"]
    assert compute_source_hash(sent) == compute_source_hash(namespace["Mine"])
