"""Say what ``report.html`` may do in a browser, whoever wrote what stands in it."""

import hashlib
from base64 import b64encode
from functools import cache
from importlib.resources import files

# Policy under which nothing is fetched and nothing sent; the page's styles and pictures stand in
# it.
_POLICY = (
    "default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; "
    "img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
)


@cache
def load_report_script() -> str:
    """Load the one script of a report."""
    return (files("poolbench.report") / "report.js").read_text(encoding="utf-8")


@cache
def make_report_policy() -> str:
    """Make a Content-Security-Policy by which that script runs, and no other in the page."""
    digest = hashlib.sha256(load_report_script().encode()).digest()
    return _POLICY.format(digest=b64encode(digest).decode())
