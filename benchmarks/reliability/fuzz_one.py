"""Feed one loader with what atheris thinks of.

    python -m benchmarks.reliability.fuzz_one TARGET FOLDER [options of libFuzzer]

``FOLDER`` grows by the inputs that reached something new. Needs the extra ``fuzz``.
"""

import argparse
import contextlib
import os
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.reliability.fuzz_targets import Target

# Before anything imports them, so that what they do with an input is seen.
READERS = [
    *("benchmarks.reliability.fuzz_targets", "poolbench"),
    *("PIL", "tomllib", "tarfile", "zipfile", "gzip", "numpy.lib", "safetensors"),
]


def main() -> None:
    """Fuzz one loader until something ends it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("target")
    parser.add_argument("folder", type=Path)
    arguments, more = parser.parse_known_args()

    import atheris

    with atheris.instrument_imports(include=READERS):
        from benchmarks.reliability.fuzz_targets import FOLDER, TARGETS
        from poolbench.errors import PoolbenchError

    target, corpus = TARGETS[arguments.target], arguments.folder.resolve()
    options = ["-rss_limit_mb=1024", "-timeout=10", *write_seeds(target, corpus), *more]
    warnings.simplefilter("ignore")

    def try_one(data: bytes) -> None:
        with contextlib.suppress(PoolbenchError):
            target.load(data)

    os.chdir(FOLDER)
    atheris.Setup([sys.argv[0], *options, str(corpus)], try_one)
    atheris.Fuzz()


def write_seeds(target: "Target", corpus: Path) -> list[str]:
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
