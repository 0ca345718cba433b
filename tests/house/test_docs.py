"""What the documentation points at is there: tests by name, files by path, links from page to page."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
TEST = re.compile(r"`(test_\w+)`")
PATH = re.compile(r"`((?:tests|bench|docs|src)/[\w./-]+)`")
LINK = re.compile(r"\]\(([^)#\s]+)")


def named():
    """Every test function of the suite."""
    found = {path: path.read_text() for path in (ROOT / "tests").rglob("test_*.py")}
    return {name for text in found.values() for name in re.findall(r"^ *def (test_\w+)", text, re.MULTILINE)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_points_at_is_there(page):
    text, tests = page.read_text(), named()
    lost = [name for name in TEST.findall(text) if name not in tests]
    lost += [path for path in PATH.findall(text) if not (ROOT / path).exists()]
    links = [link for link in LINK.findall(text) if not link.startswith(("http:", "https:", "mailto:"))]
    lost += [link for link in links if not (page.parent / link).exists()]
    assert not lost, f"{page.relative_to(ROOT)} points at nothing: {lost}"


def test_a_capability_that_is_claimed_names_what_shows_it():
    rows = [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in (ROOT / "docs/capabilities.md").read_text().splitlines()
        if re.match(r"\| [CX]\d", line)
    ]
    assert len({row[0] for row in rows}) == len(rows) == 192 + 54
    for code, _what, state, shown in rows:
        assert re.match(r"(done|part|not yet)\b", state), code
        assert bool(shown) == (state != "not yet"), f"{code} is {state!r} and shown by {shown!r}"
