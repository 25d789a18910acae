"""The examples run as they stand, on real files."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from PIL import Image

import poolbench
from patience import HANG_SECONDS
from poolbench.data.sample import load_sample

EXAMPLES = Path(__file__).parents[2] / "examples"


def run_example(name, *arguments, place):
    """Run an example as a person would, in a folder of its own."""
    command = [sys.executable, str(EXAMPLES / name), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=place)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def photographs(tmp_path):
    """A folder of PNG and JPEG files of mixed sizes, two classes, some in odd modes."""
    sample = load_sample()
    rng = np.random.default_rng(0)
    for label, name in enumerate(("apple", "лимон")):
        folder = tmp_path / "photographs" / name
        folder.mkdir(parents=True)
        for number, place in enumerate(np.flatnonzero(sample.pool.labels == label)[:30]):
            size = tuple(int(side) for side in rng.integers(224, 641, 2))
            picture = Image.fromarray(sample.pool.images[place]).resize(size)
            if number % 7 == 3:
                picture = picture.convert("P")
            kind = "png" if picture.mode == "P" or number % 2 else "jpg"
            picture.save(folder / f"{number}.{kind}")
    return tmp_path / "photographs"


@pytest.mark.full(seconds=30)
def test_own_pictures_of_mixed_sizes_become_a_verified_model(photographs, tmp_path):
    said = run_example("own_pictures.py", str(photographs), "8", place=tmp_path)
    assert "apple, лимон" in said
    [run] = (tmp_path / "runs").iterdir()
    study = poolbench.load(run)
    assert study.final.test.count == 12
    assert study.data.image_size == (32, 32)
    assert study.verify().passed
    assert sum(study.data.pool_counts) == 48


@pytest.mark.full(seconds=30)
def test_new_operator_is_compared(tmp_path):
    said = run_example("new_operator.py", "1", "1", place=tmp_path)
    assert "half-max.lab-example.quick" in said
    assert "Verdict: " in said


@pytest.mark.full(seconds=30)
def test_own_network_is_swapped_and_compared(tmp_path):
    said = run_example("own_network.py", "1", "1", place=tmp_path)
    assert "replaced conv1: Conv2d" in said
    assert "replaced pool: MaxPool2d" in said
    assert "Verdict: " in said


def execute(notebook, place):
    """Execute a notebook in two kernels: in the second, only the files of the first are left."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    tags = ["restart" in cell.metadata.get("tags", []) for cell in notebook.cells]
    restart = tags.index(True)
    for cells in (notebook.cells[:restart], notebook.cells[restart:]):
        half = nbformat.v4.new_notebook(cells=cells, metadata=notebook.metadata)
        client = NotebookClient(
            half, timeout=int(HANG_SECONDS), resources={"metadata": {"path": str(place)}}
        )
        client.execute(env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})


@pytest.mark.full(seconds=60)
def test_notebook_runs_and_goes_on_after_a_restart(tmp_path):
    notebook = nbformat.read(EXAMPLES / "lab.ipynb", as_version=4)
    for cell in notebook.cells:
        # Two trainings of each are enough to see that every cell runs.
        cell.source = cell.source.replace("folds=5", "folds=2").replace("repeats=2", "repeats=1")
    execute(notebook, tmp_path)
    said = " ".join(str(output) for cell in notebook.cells for output in cell.get("outputs", []))
    assert "image/svg+xml" in said
    assert (tmp_path / "runs" / "lab" / "best" / "verification.json").is_file()
    assert (tmp_path / "model-for-the-page.onnx").is_file()


@pytest.mark.skipif("POOLBENCH_SCREENSHOTS" not in os.environ, reason="writes to examples")
def test_notebook_is_executed_anew(tmp_path):
    """With the files of one run, as a student has them; the outputs are committed."""
    notebook = nbformat.read(EXAMPLES / "lab.ipynb", as_version=4)
    execute(notebook, tmp_path)
    for cell in notebook.cells:
        # When a cell was executed says nothing about what it gave.
        cell.metadata.pop("execution", None)
    nbformat.write(notebook, EXAMPLES / "lab.ipynb")


def test_notebook_is_committed_as_it_was_executed():
    """With what thirty trainings gave, from the first cell to the last, in two kernels."""
    notebook = nbformat.read(EXAMPLES / "lab.ipynb", as_version=4)
    nbformat.validate(notebook)
    codes = [cell for cell in notebook.cells if cell.cell_type == "code"]
    restart = next(k for k, cell in enumerate(codes) if "restart" in cell.metadata.get("tags", []))
    counts = [cell.execution_count for cell in codes]
    assert counts == [*range(1, restart + 1), *range(1, len(codes) - restart + 1)]
    said = " ".join(str(output) for cell in codes for output in cell.outputs)
    told = " ".join(said.replace("\n", " ").split())
    assert "Обучений: не больше 30, " in told and "каждая сеть обучена 10" in told
    assert "'error'" not in said and "/tmp/" not in said and "/home/" not in said
    assert sum("image/svg+xml" in str(output) for cell in codes for output in cell.outputs) == 3
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            assert any("а" <= letter <= "я" for letter in cell.source.lower())
