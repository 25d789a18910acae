"""Make a model repository for the Hugging Face hub of a run, and upload it when asked to.

The model is proven anew before. Of the pictures nothing goes there: the repository holds the
network, what it answers to, and what was measured.
"""

import hashlib
import json
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from poolbench._version import __version__
from poolbench.errors import PoolbenchError, RunError, UsageError
from poolbench.export.card import name_source
from poolbench.export.verify import verify_run
from poolbench.files import parse_json
from poolbench.records import DataRecord, FinalRecord
from poolbench.rundir.store import RunStore
from poolbench.texts.secrets import hide_secrets
from poolbench.texts.told import take_first_line
from poolbench.verdict.proportion import read_headline

INSTALL = "pip install 'poolbench[hub]'"
# Folder within the run, where none is named.
FOLDER = "hub"
CONFIG = "config.json"
# Its key for the SHA-256 of the other files, as they were written.
WRITTEN = "written_sha256"
LIBRARY = "poolbench"
# As the hub has it: owner and name, of letters, digits and ``-_.``, none of these doubled.
_REPOSITORY = re.compile(r"[A-Za-z0-9_][\w.-]*/[A-Za-z0-9_][\w.-]*", re.ASCII)
MOST_LETTERS = 96
_FROM_HUB = """\
## From the hub

```python
from huggingface_hub import hf_hub_download

path = hf_hub_download("{repo}", "model.onnx")
```

`config.json` has the class names and what the network was made of. No image is published here;
those that prove the file lie in the run that it came from.

"""


@dataclass(frozen=True)
class Repository:
    """A model repository on disk.

    Attributes:
        repo: Owner and name on the hub.
        folder: Where its files lie.
        files: Their contents by name.
        title: What it holds, in a line.
    """

    repo: str
    folder: Path
    files: dict[str, bytes]
    title: str


@dataclass(frozen=True)
class Upload:
    """What became of an upload: the address of the repository, and whether it is new."""

    address: str
    is_new: bool


def make_repository(run: Path, repo: str, out: Path | None = None) -> Repository:
    """Prove the model of a run once more, and write the folder of its repository.

    Args:
        run: The run directory.
        repo: Owner and name on the hub, such as ``anna/fruit``.
        out: The folder; by default ``hub`` in the run. Files of an earlier repository are replaced,
            and no others.

    Raises:
        RunError: If the run has no model, is not finished, or its files cannot be read.
        UsageError: If ``repo`` is no name on the hub, or the folder holds something else.
        VerificationError: If the model does not predict what was measured.
    """
    _check_name(repo)
    store = RunStore(run)
    store.check_has_model()
    folder = run / FOLDER if out is None else out
    _check_folder(folder)
    verify_run(run)
    final = store.load_model("best/final.json", FinalRecord)
    files = {name: store.read(f"best/{name}") for name in ("model.onnx", "weights.safetensors")}
    files["README.md"] = _make_card(store.read_text("best/README.md"), repo).encode()
    files[CONFIG] = _make_config(store, final, files)
    written = RunStore(folder)
    for name, content in files.items():
        written.save_bytes(name, content)
    title = f"{final.variant}, {LIBRARY} {__version__}"
    return Repository(repo, folder, files, title)


def upload_repository(repository: Repository) -> Upload:
    """Upload the files of a repository, and nothing else that may lie beside them.

    One that is not there yet is made, for its owner's eyes alone. The token is the one that
    huggingface_hub finds (``HF_TOKEN``, or that of ``hf auth login``).

    Raises:
        UsageError: If huggingface_hub is not installed.
        PoolbenchError: If the hub cannot be reached, or refuses.
    """
    try:
        from huggingface_hub import CommitOperationAdd, HfApi
    except ImportError as error:
        said = take_first_line(error)
        raise UsageError("hub.no-library", said=said, install=INSTALL) from None
    # The bytes that were proven, whatever has become of the folder.
    adds = [CommitOperationAdd(name, content) for name, content in repository.files.items()]
    try:
        api = HfApi(library_name=LIBRARY, library_version=__version__)
        is_new = not api.repo_exists(repository.repo)
        if is_new:
            api.create_repo(repository.repo, private=True, exist_ok=True)
        api.create_commit(repository.repo, adds, commit_message=repository.title)
        return Upload(f"{api.endpoint}/{repository.repo}", is_new)
    except Exception as error:
        reason = hide_secrets(" ".join(f"{type(error).__name__}: {error}".split()))
        repo, folder = repository.repo, repository.folder
        raise PoolbenchError("hub.not-uploaded", repo=repo, folder=folder, said=reason) from None


def _check_name(repo: str) -> None:
    is_name = _REPOSITORY.fullmatch(repo) is not None and len(repo) <= MOST_LETTERS
    if not is_name or "--" in repo or ".." in repo or repo.endswith((".git", "-", ".")):
        raise UsageError("hub.bad-name", repo=repo, most=MOST_LETTERS)


def _check_folder(folder: Path) -> None:
    """Make sure that a folder is free, or holds an earlier repository as it was written.

    Raises:
        UsageError: If it is not so.
    """
    try:
        names = {path.name for path in folder.iterdir()}
    except FileNotFoundError:
        return
    except OSError as error:
        raise UsageError("hub.folder", folder=folder, reason=error) from None
    store = RunStore(folder)
    written: Any = None
    with suppress(OSError, RunError, ValueError, AttributeError):
        written = parse_json(store.read(CONFIG)).get(WRITTEN)
    if not isinstance(written, dict):
        if names:
            raise UsageError("hub.occupied", folder=folder)
        return
    changed = [
        name
        for name, sha256 in written.items()
        if name in names and hashlib.sha256(store.read(name)).hexdigest() != sha256
    ]
    if changed:
        raise UsageError("hub.changed", names=sorted(changed), folder=folder)


def _make_card(card: str, repo: str) -> str:
    """Return the model card of the run with how to get the model from the hub."""
    before, mark, after = card.partition("## Limits\n")
    return before + _FROM_HUB.format(repo=repo) + mark + after


def _make_config(store: RunStore, final: FinalRecord, files: dict[str, bytes]) -> bytes:
    """Return what a program may want to know of the model, as JSON."""
    data = store.load_model("data.json", DataRecord)
    variant = store.load_trial(final.trial).spec.variant
    headline = read_headline(final)
    labels = dict(enumerate(data.classes))
    config: dict[str, Any] = {
        "library_name": LIBRARY,
        "library_version": __version__,
        "model_type": f"{LIBRARY}-{variant.backbone}",
        "variant": variant.id,
        "operator": variant.operator,
        "backbone": variant.backbone,
        "recipe": variant.recipe.model_dump(mode="json"),
        "trial": final.trial,
        "num_labels": len(labels),
        "id2label": labels,
        "label2id": {name: label for label, name in labels.items()},
        "image_size": data.image_size,
        "fit": data.fit,
        "input": {"name": "input", "dtype": "float32", "shape": ["batch", "height", "width", 3],
                  "range": [0, 255]},
        "outputs": ["output", "probabilities"],
        "source": name_source(data.source),
        "data_hash": data.manifest_hash,
        "test": headline.model_dump(mode="json"),
        WRITTEN: {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }  # fmt: skip
    return (json.dumps(config, indent=2, ensure_ascii=False) + "\n").encode()
