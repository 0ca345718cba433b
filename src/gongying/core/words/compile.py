"""Compile message catalogues with Babel: no system gettext is needed."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


def compile_all(root: Path) -> int:
    """Compile every stale `django.po` below `root`; returns how many. Raises ValueError on a bad file."""
    count = 0
    for source in sorted(root.rglob("locale/*/LC_MESSAGES/django.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as lines:
            catalog = read_po(lines, abort_invalid=True)
        with target.open("wb") as out:
            write_mo(out, catalog)
        count += 1
    return count
