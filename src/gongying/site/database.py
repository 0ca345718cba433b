"""One setting chooses the database: GONGYING_DATABASE_URL. Without it, SQLite in the data folder."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
    "PRAGMA recursive_triggers=ON;"  # INSERT OR REPLACE removes a row: the guards of posted tables hear of it only so
    "PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=8000;"  # 64 MiB; 32 MiB of log
)
KEPT = 600  # seconds


def settings_for(url: str, data: Path) -> dict[str, Any]:
    """Django's settings of the database at `url`. Raises ValueError for an unknown scheme.

    SQLite runs WAL with synchronous=FULL (NORMAL loses acknowledged writes in a power cut) and IMMEDIATE
    transactions (a deferred one cannot be upgraded without "database is locked"). A connection is kept by its thread for ten
    minutes of use: opening one costs more than most questions.
    """
    if not url:
        options = {"timeout": 20, "transaction_mode": "IMMEDIATE", "init_command": SQLITE_PRAGMAS}
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(data / "gongying.sqlite3"),
            "CONN_MAX_AGE": KEPT,
            "OPTIONS": options,
        }
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ValueError("GONGYING_DATABASE_URL: write postgresql://user:password@host:5432/name")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": KEPT,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"options": "-c lock_timeout=10s -c idle_in_transaction_session_timeout=60s"},
    }
