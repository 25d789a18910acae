"""The hash of an operator follows what it does, wherever it was written."""

import subprocess
import sys

import pytest

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
        "import sys; sys.path.insert(0, sys.argv[1]); import test_source as t;"
        "print(t.compute(body='sum(x.amax() for _ in range(2))'))"
    )
    folder = __file__.rpartition("test_source")[0]
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
