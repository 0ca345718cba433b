"""Discovery: every app of every floor is found by its `apps.py`, and its rooms are imported at start-up."""

import importlib
import importlib.util
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ("core", "books", "areas", "flows")
LOADED = ("facts", "queries", "actions", "jobs", "web", "api", "reactions", "projections", "seeds")


def apps() -> list[str]:
    """Dotted names of all apps, lower floors first."""
    return [
        f"gongying.{floor}.{home.parent.name}"
        for floor in FLOORS
        for home in sorted((ROOT / floor).glob("*/apps.py"))
    ]


def load(app: str, room: str) -> object | None:
    """Import one room of an app if it has it."""
    name = f"{app}.{room}"
    return importlib.import_module(name) if importlib.util.find_spec(name) else None


def load_all() -> None:
    """Import every room, so that verbs, facts, jobs and listeners are registered."""
    for app in apps():
        for room in LOADED:
            load(app, room)
