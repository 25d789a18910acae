"""A file fits into a head, a function on a screen."""

import ast
from pathlib import Path

import poolbench

SOURCE = Path(poolbench.__file__).parent
MOST_FILE_LINES = 400
MOST_FUNCTION_LINES = 60


def test_no_file_is_longer_than_a_head_holds():
    lengths = {
        str(path.relative_to(SOURCE)): len(path.read_text(encoding="utf-8").splitlines())
        for path in SOURCE.rglob("*.py")
    }
    assert {name: count for name, count in lengths.items() if count > MOST_FILE_LINES} == {}


def test_no_function_is_longer_than_a_screen():
    long = {}
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = node.end_lineno - node.lineno + 1
                if lines > MOST_FUNCTION_LINES:
                    long[f"{path.relative_to(SOURCE)}: {node.name}"] = lines
    assert long == {}
