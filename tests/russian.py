"""What is not Russian in what a Russian reads."""

import re

# What stays as it is typed: options with their values in a command, addresses, paths and files.
_TYPED = re.compile(
    r"https?://\S+|--[a-z][\w-]*|(?<!\w)(?:[\w.@~-]*/)+[\w.@-]*|\b[\w-]+\.(?:csv|json|onnx|md|html|toml)\b"
)
_WORD = re.compile(r"[A-Za-z][A-Za-z-]+")
# Units, ways to write numbers, and names that every Russian text has too.
_USUAL = {"SHA-256", "ONNX", "PNG", "JPEG", "WebP", "PyTorch", "DOCX", "Markdown"}


def find_foreign(said, names=()):
    """List the words in Latin letters that are no names, and the numbers with a decimal point."""
    plain = _TYPED.sub(" ", said)
    for name in sorted({*names, *_USUAL}, key=len, reverse=True):
        plain = re.sub(rf"(?<![\w-]){re.escape(name)}(?![\w-])", " ", plain)
    points = re.findall(r"(?<![\w.])\d+\.\d+(?![\w.])", plain)
    return [*_WORD.findall(plain), *points]
