"""Load the files of onnxruntime-web that the page needs, known by their hashes."""

import hashlib
from pathlib import Path

from poolbench.errors import UsageError
from poolbench.files import open_inside, parse_json

PACKAGE = "onnxruntime-web"
# Most bytes of the package's description.
MOST_BYTES = 1_000_000
# SHA-256 of the files in the package, by version. The first version is named to whoever has none.
TESTED = {
    "1.30.0": {
        "dist/ort.wasm.bundle.min.mjs": (
            "11e64bd8ffe11bd1a2a2f0d6275fdfbbba7262f0b76b99b53d228a8a22ef3d90"
        ),
        "dist/ort-wasm-simd-threaded.wasm": (
            "3398c10d07d229bd91b364548e130e0e51a8e5704b88c7c083ebbeb78842dee2"
        ),
    },
}


def load_bundle(folder: Path | None) -> dict[str, bytes]:
    """Load the needed files, by the name that they get beside the page.

    Args:
        folder: What the package was unpacked to.

    Raises:
        UsageError: If it is another package, a version that was not tested, or a changed file.
    """
    version = next(iter(TESTED))
    how = (
        f"Get it with: npm pack {PACKAGE}@{version} && tar xzf {PACKAGE}-{version}.tgz; then give "
        "--bundle package"
    )
    if folder is None:
        raise UsageError(f"The page runs the models with {PACKAGE}, which is not part of it. {how}")
    try:
        with open_inside(folder, "package.json", MOST_BYTES) as file:
            told = parse_json(file.read())
        name, found = told["name"], told["version"]
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageError(f"{folder} holds no unpacked npm package. {how}") from None
    if name != PACKAGE or not isinstance(found, str) or found not in TESTED:
        raise UsageError(
            f"{folder} holds {name} {found}; tested is {PACKAGE} {', '.join(TESTED)}. {how}"
        )
    return {
        # Many web hosts do not know that a file called .mjs is JavaScript.
        Path(file).with_suffix(".js").name if file.endswith(".mjs") else Path(file).name: (
            _read_checked(folder / file, digest, how)
        )
        for file, digest in TESTED[found].items()
    }


def _read_checked(path: Path, digest: str, how: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}). {how}") from None
    if hashlib.sha256(content).hexdigest() != digest:
        raise UsageError(f"{path} is not the published file: its SHA-256 differs. {how}")
    return content
