"""What ``report.html`` may do in a browser, whoever wrote what stands in it."""

import hashlib
from base64 import b64encode
from functools import cache
from importlib.resources import files

# Nothing is fetched and nothing sent; its styles stand in it, its pictures too.
_POLICY = (
    "default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; "
    "img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
)


@cache
def load_report_script() -> str:
    """The one script of a report."""
    return (files("poolbench.report") / "report.js").read_text(encoding="utf-8")


@cache
def make_report_policy() -> str:
    """A Content-Security-Policy: that script runs, and no other that might stand in the page."""
    digest = hashlib.sha256(load_report_script().encode()).digest()
    return _POLICY.format(digest=b64encode(digest).decode())
