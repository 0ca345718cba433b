"""The witness: every head of the chain, written down outside the database.

A chain cannot show by itself that its end was cut off, or that the whole of it was written anew. A line "position link" is
added to a file of the data folder after every sealing; whoever changes the database alone leaves it behind as it was. A copy
of the file, kept by an auditor, is as good a witness.
"""

import os
import re
from pathlib import Path

from django.conf import settings
from django.db import connection


def home() -> Path:
    """The file of this database."""
    given = connection.settings_dict
    database = (connection.vendor, given["HOST"], given["PORT"], Path(str(given["NAME"])).name)
    name = "-".join(re.sub(r"[^\w.]+", "_", str(part)) for part in database if part)
    return Path(settings.DATA_DIR) / "witness" / f"{name}.txt"


def note(position: int, link: str) -> None:
    """Add a head, and see it on the disk."""
    home().parent.mkdir(parents=True, exist_ok=True)
    with home().open("ab") as out:
        out.write(f"{position} {link}\n".encode())
        out.flush()
        os.fsync(out.fileno())


def heads(path: Path | None = None) -> dict[int, str]:
    """The link noted for each position, in this database's file or in a copy of it. A line cut short by a crash is left
    out; of two that differ the first counts."""
    source = path or home()
    noted: dict[int, str] = {}
    for line in source.read_text(errors="replace").splitlines() if source.exists() else []:
        match = re.fullmatch(r"(\d+) ([0-9a-f]{64})", line)
        if match:
            noted.setdefault(int(match[1]), match[2])
    return noted


def put_by() -> None:
    """Lay the file aside: a new journal begins (an operator's deed, see `gongying init`)."""
    if home().exists():
        aside = (home().with_suffix(f".{number}.txt") for number in range(1, 10_000))
        home().rename(next(path for path in aside if not path.exists()))
