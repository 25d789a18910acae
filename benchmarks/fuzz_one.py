"""Feed one loader with what atheris thinks of.

``python benchmarks/fuzz_one.py TARGET FOLDER [options of libFuzzer]``; ``FOLDER`` grows by the
inputs that reached something new. Needs the extra ``fuzz``.
"""

import contextlib
import os
import sys
import warnings
from pathlib import Path

import atheris

# Before anything imports them, so that what they do with an input is seen.
READERS = [
    *("fuzz_targets", "poolbench"),
    *("PIL", "tomllib", "tarfile", "zipfile", "gzip", "numpy.lib", "safetensors"),
]
with atheris.instrument_imports(include=READERS):
    from fuzz_targets import FOLDER, TARGETS, Target

    from poolbench.errors import PoolbenchError


def main() -> None:
    target = TARGETS[sys.argv[1]]
    corpus = Path(sys.argv[2]).resolve()
    options = ["-rss_limit_mb=1024", "-timeout=10", *write_seeds(target, corpus), *sys.argv[3:]]
    warnings.simplefilter("ignore")

    def try_one(data: bytes) -> None:
        with contextlib.suppress(PoolbenchError):
            target.load(data)

    os.chdir(FOLDER)
    atheris.Setup([sys.argv[0], *options, str(corpus)], try_one)
    atheris.Fuzz()


def write_seeds(target: Target, corpus: Path) -> list[str]:
    """Files to begin with, and the option that names the words to put into them."""
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.make_seeds()):
        (corpus / f"seed-{number}").write_bytes(seed)
    words = (word.replace("\\", "\\\\").replace('"', '\\"') for word in target.words())
    listed = "".join(f'"{word}"\n' for word in words)
    path = Path(f"{corpus}.dict")
    path.write_text(listed, encoding="utf-8")
    return [f"-dict={path}"] if listed else []


if __name__ == "__main__":
    main()
