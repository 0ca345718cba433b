"""Both languages are complete: every message in code and templates has its Chinese."""

import re
from pathlib import Path

from babel.messages.pofile import read_po

import gongying

ROOT = Path(gongying.__file__).parent
IN_CODE = re.compile(r'\b(?:_|say)\(\s*"((?:[^"\\]|\\.)+)"')
IN_PAGES = re.compile(r"""\{% translate (?:"([^"]+)"|'([^']+)') %\}""")


def used():
    for path in (*ROOT.rglob("*.py"), *ROOT.rglob("*.html")):
        if "seeds" in path.parts:
            continue
        pattern = IN_CODE if path.suffix == ".py" else IN_PAGES
        for match in pattern.finditer(path.read_text()):
            yield next(group for group in match.groups() if group), path.relative_to(ROOT)


def said():
    """Every message of every catalogue with its Chinese."""
    for source in sorted(ROOT.rglob("locale/zh_Hans/LC_MESSAGES/django.po")):
        with source.open("rb") as lines:
            yield from ((m.id, m.string, source.relative_to(ROOT)) for m in read_po(lines) if m.id)


def test_every_message_has_its_chinese():
    known = {message: text for message, text, _source in said()}
    missing = {f"{text!r} in {path}" for text, path in used() if not known.get(text)}
    assert not missing, "write the Chinese into core/words/locale: " + "; ".join(sorted(missing))


def test_a_message_has_one_chinese():
    """All catalogues become one: a second translation would show in a place it was not meant for, or nowhere."""
    first = {}
    split = {
        f"{message!r}: {first[message]} and {text} in {source}"
        for message, text, source in said()
        if first.setdefault(message, text) != text
    }
    assert not split, "say one thing in one way, or give the other thing a message of its own: " + "; ".join(split)


def test_no_page_asks_for_a_percent_sign():
    """Django doubles it in `translate`, so that its Chinese would never be found."""
    odd = {
        (path.name, text)
        for path in ROOT.rglob("*.html")
        for pair in IN_PAGES.findall(path.read_text())
        for text in pair
        if "%" in text
    }
    assert not odd, f"write `percent`: {odd}"


def test_the_search_for_messages_finds_some():
    assert len(set(used())) > 150


def test_templates_carry_no_chinese_of_their_own():
    allowed = {"赢", "中文"}
    for path in ROOT.rglob("*.html"):
        found = set(re.findall(r"[\u4e00-\u9fff]+", path.read_text())) - allowed
        assert not found, f"{path.name}: {found} belongs into the catalogue"
