"""Compile message catalogues with Babel: no system gettext is needed."""

import os
import secrets
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


def compile_all(root: Path) -> int:
    """Compile every stale `django.po` below `root`; returns how many. Raises ValueError on a bad file.

    A catalogue is renamed into place, so that processes that start together never read half of one.
    """
    count = 0
    for source in sorted(root.rglob("locale/*/LC_MESSAGES/django.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as lines:
            catalog = read_po(lines, abort_invalid=True)
        draft = target.with_name(f".{secrets.token_hex(8)}")
        with draft.open("wb") as out:
            write_mo(out, catalog)
        os.replace(draft, target)
        count += 1
    return count
