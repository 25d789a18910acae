"""What ``mkdocs build`` adds to docs/: the README and other pages, and files that pages link to.

Pages are written for whoever reads them in the repository, so their links lead to files of it. On
the site a link out of docs/ leads to a copy of the file; one to a folder stays a name.
"""

import posixpath
import re
import sys
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / ".ci"))
from fields import MODELS, tabulate  # noqa: E402

# Pages of the site that do not lie in docs/.
PAGES = {
    "README.md": "index.md",
    "README.ru.md": "index.ru.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "benchmarks/README.md": "benchmarks.md",
}
SOURCES = {page: source for source, page in PAGES.items()}
LINK = re.compile(r"\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s:#]+)(#[^)\s]*)?\)")
ROLE = re.compile(r":(?:attr|class|func|meth|mod):(?=<code>)")
FENCE = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put every operator's card into the navigation."""
    # README.md comes first, as capitals do: it is the overview.
    cards = sorted(path.name for path in (ROOT / "docs" / "operators").glob("*.md"))
    put_cards(config.nav, [f"operators/{name}" for name in cards])
    return config


def put_cards(nav: list, cards: list[str]) -> None:
    """Replace the place that is kept for the cards."""
    for entry in nav:
        for title, target in entry.items() if isinstance(entry, dict) else ():
            if isinstance(target, list):
                put_cards(target, cards)
            elif target == "OPERATORS":
                entry[title] = cards


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that lie elsewhere, and the files that any page links to."""
    for source, page in PAGES.items():
        files.append(File.generated(config, page, abs_src_path=str(ROOT / source)))
    linked = set()
    for file in files.documentation_pages():
        text = FENCE.sub("", file.content_string)
        linked |= {find_target(file.src_uri, found[2]) for found in LINK.finditer(text)}
    for path in sorted(filter(None, linked)):
        is_elsewhere = not path.startswith("docs/") and path not in PAGES
        if is_elsewhere and (ROOT / path).is_file():
            made = File.generated(config, f"repository/{path}", abs_src_path=str(ROOT / path))
            files.append(made)
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Return the page with links that hold on the site."""

    def lead(found: re.Match[str]) -> str:
        path = find_target(page.file.src_uri, found[2])
        if path is None:
            return found[0]
        if (ROOT / path).is_dir():
            return found[1]
        if path in PAGES:
            place = PAGES[path]
        elif path.startswith("docs/"):
            place = path.removeprefix("docs/")
        else:
            place = f"repository/{path}"
        here = posixpath.dirname(page.file.src_uri) or "."
        return f"[{found[1]}]({posixpath.relpath(place, here)}{found[3] or ''})"

    for name, model in MODELS.items():
        markdown = markdown.replace(f"<!-- fields of {name} -->", tabulate(model))
    # Tables inside of lists are no tables in MkDocs' Markdown.
    markdown = re.sub(r"^ +(?=\|)", "", markdown, flags=re.MULTILINE)
    parts, end = [], 0
    for fence in FENCE.finditer(markdown):
        parts += [LINK.sub(lead, markdown[end : fence.start()]), fence[0]]
        end = fence.end()
    return "".join([*parts, LINK.sub(lead, markdown[end:])])


def find_target(page: str, link: str) -> str | None:
    """Return the path in the repository of what a page links to; ``None``: nothing of it."""
    source = SOURCES.get(page, f"docs/{page}")
    path = posixpath.normpath(posixpath.join(posixpath.dirname(source), link))
    return path if (ROOT / path).exists() else None


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Return the page without the roles of docstrings, such as ``:func:``."""
    return ROLE.sub("", html)
