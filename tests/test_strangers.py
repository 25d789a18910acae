"""Where bytes of others could become a program: nowhere but in the places that are known."""

import ast
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import poolbench

SOURCE = Path(poolbench.__file__).parent
# What runs, unpickles or unpacks whatever it is given.
DANGEROUS = {
    *("eval", "exec", "compile", "__import__", "import_module"),
    *("pickle.load", "pickle.loads", "pickle.Unpickler", "cloudpickle.load", "cloudpickle.loads"),
    *("marshal.load", "marshal.loads", "shelve.open", "joblib.load", "dill.load", "dill.loads"),
    *("torch.load", "torch.hub.load", "torch.jit.load", "yaml.load", "os.system", "os.popen"),
    *("onnx.load", "onnx.load_model", "onnxruntime.InferenceSession", "Image.open"),
    *("np.load", "numpy.load", "tarfile.open", "subprocess.run", "subprocess.Popen"),
}
METHODS = {"extractall", "extract", "load_library", "register_custom_ops_library"}
# Where, what, and why it may.
KNOWN = {
    # The public names of the package itself.
    ("__init__.py", "import_module"): 1,
    # Rooms of poolbench that are found by their files: languages, kinds of image sets.
    ("texts/__init__.py", "import_module"): 2,
    ("data/sources/__init__.py", "import_module"): 1,
    # Operators and backbones that a person names: own code.
    ("operators/_plugins.py", "import_module"): 1,
    # What such an operator itself imports when it is called; what is compiled is not run.
    ("operators/_code.py", "import_module"): 1,
    ("operators/_code.py", "compile"): 1,
    # Of published MD5, and even then arrays alone.
    ("data/cifar.py", "pickle.Unpickler"): 1,
    ("data/cifar.py", "tarfile.open"): 1,
    # From the study's own process.
    ("executors/process.py", "cloudpickle.loads"): 1,
    # What was pickled a line before.
    ("testing/_checks.py", "pickle.loads"): 1,
    ("testing/_checks.py", "torch.load"): 1,
    ("testing/_checks.py", "onnxruntime.InferenceSession"): 1,
    ("testing/_backbone_checks.py", "onnxruntime.InferenceSession"): 1,
    # What check_content has read, in a process that is bounded.
    ("export/opened.py", "onnxruntime.InferenceSession"): 1,
    # Formats and pixels are bounded there; once more where damaged side data was left out.
    ("data/decode.py", "Image.open"): 2,
    # PNG alone, and of the size of the networks before a pixel of it is read.
    ("report/handin/tried.py", "Image.open"): 1,
    # npm, and two files of the package of published SHA-512 that it fetched.
    ("serve/bundle.py", "subprocess.run"): 1,
    ("serve/bundle.py", "tarfile.open"): 1,
    ("serve/bundle.py", "archive.extract"): 1,
    # This program again.
    ("export/verify.py", "subprocess.run"): 1,
    ("export/confined.py", "subprocess.Popen"): 1,
    ("executors/local.py", "subprocess.Popen"): 1,
    **{
        (file, "np.load"): count
        for file, count in {
            "data/npz.py": 1,
            "data/store.py": 3,
        }.items()
    },
}


def list_uses():
    """File, name and node of everything dangerous in the source."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = node.func if isinstance(node, ast.Call) else None
            bases = node.bases if isinstance(node, ast.ClassDef) else []
            for found in (*([called] if called else ()), *bases):
                name = ast.unparse(found)
                if name in DANGEROUS or name.rpartition(".")[2] in METHODS:
                    yield path.relative_to(SOURCE).as_posix(), name, node


def test_nothing_new_runs_unpickles_or_unpacks_what_it_is_given():
    assert Counter((file, name) for file, name, _ in list_uses()) == KNOWN


def test_arrays_and_weights_are_never_unpickled():
    for file, name, call in list_uses():
        words = {word.arg: word.value for word in getattr(call, "keywords", ())}
        if name == "np.load":
            assert words["allow_pickle"].value is False, file
        if name == "torch.load":
            assert words["weights_only"].value is True, file
        if name.startswith("subprocess."):
            assert "shell" not in words, file


def test_reading_models_leaves_no_trace_of_who_reads_them(tmp_path):
    home, temporary = tmp_path / "home", tmp_path / "tmp"
    for folder in (home, temporary):
        folder.mkdir()
    environment = {
        name: os.environ[name] for name in os.environ if name[:4] not in ("ORT_", "XDG_")
    }
    subprocess.run(
        [sys.executable, "-c", "import poolbench.export.predict"],
        check=True,
        env={**environment, "HOME": str(home), "TMPDIR": str(temporary)},
    )
    assert [*home.iterdir(), *temporary.iterdir()] == []
