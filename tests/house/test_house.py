"""What the linters cannot see: rooms, sizes, imports inside functions, arrows of tables, the map."""

import ast
from pathlib import Path

import pytest
from django.apps import apps

import gongying
from gongying.core.doors import ACTIONS, QUERIES
from gongying.core.journal.fact import FACTS
from gongying.core.scope import Unscoped
from gongying.site.map import api_reference, house_map

ROOT = Path(gongying.__file__).parent
REPO = Path(__file__).resolve().parents[2]
ROOMS = {
    "__init__",
    "apps",
    "web",
    "api",
    "jobs",
    "seeds",
    "actions",
    "queries",
    "models",
    "rules",
    "facts",
    "reactions",
    "projections",
    "templates",
    "static",
    "locale",
    "migrations",
    "__pycache__",
}
BOOK_ROOMS = {"__init__", "apps", "models", "post", "read", "facts", "migrations", "locale", "__pycache__"}
JUNK = {"utils", "helpers", "common", "manager", "misc"}
FLOOR = {"core": 0, "books": 1, "areas": 2, "flows": 3}
BOOKS = ("parties", "places", "goods", "prices", "trade", "stock", "money", "plans", "lake", "metrics")


def sources():
    return [p for p in ROOT.rglob("*.py") if "migrations" not in p.parts]


def test_the_same_rooms_everywhere():
    for floor, allowed in (("areas", ROOMS), ("flows", ROOMS), ("books", BOOK_ROOMS)):
        for home in (p for p in (ROOT / floor).iterdir() if p.is_dir() and p.name != "__pycache__"):
            other = {p.stem for p in home.iterdir()} - allowed
            assert not other, f"{home.name} has rooms nobody knows: {other}"
    assert not [p for p in sources() if p.stem in JUNK]


def test_files_and_functions_stay_short():
    for path in sources():
        text = path.read_text()
        assert len(text.splitlines()) <= 400, f"{path.name}: make it a folder of the same name"
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                assert (node.end_lineno or 0) - node.lineno < 60, f"{path.name}: {node.name} is too long"
                inner = [n for n in ast.walk(node) if isinstance(n, ast.Import | ast.ImportFrom)]
                assert not inner, f"{path.name}: {node.name} imports inside"


def test_public_things_say_what_they_are():
    for path in sources():
        tree = ast.parse(path.read_text())
        for node in tree.body:
            if (
                isinstance(node, ast.FunctionDef | ast.ClassDef)
                and not node.name.startswith("_")
                and path.stem != "apps"
            ):
                assert ast.get_docstring(node), f"{path.name}: {node.name} has no docstring"


def test_tables_point_inside_their_app_or_down():
    for model in apps.get_models():
        home = model._meta.app_config.name
        if not home.startswith("gongying."):
            continue
        for field in model._meta.get_fields():
            other = getattr(field, "related_model", None)
            if not (other and field.concrete):
                continue
            there = other._meta.app_config.name
            down = FLOOR[there.split(".")[1]] < FLOOR[home.split(".")[1]]
            beside = home.split(".")[1] == there.split(".")[1] == "books" and BOOKS.index(
                there.split(".")[2]
            ) < BOOKS.index(home.split(".")[2])
            assert there == home or down or beside, f"{home} points at {there} by {field}"


def test_names_are_one_on_every_floor():
    for name, verb in (ACTIONS | QUERIES).items():
        assert name.split(".")[0] == verb.fn.__module__.split(".")[2]
        assert verb.needs.split(".")[0] == name.split(".")[0]
    for name, fact in FACTS.items():
        assert name.split(".")[0] == fact.__module__.split(".")[2]


@pytest.mark.django_db
def test_a_query_without_an_actor_raises():
    for model in apps.get_models():
        if hasattr(model, "scope_path"):
            for read in (
                list,
                lambda rows: rows.count(),
                lambda rows: rows.exists(),
                lambda rows: rows.first(),
                lambda rows: rows.filter(pk=1).update(pk=1),
            ):
                with pytest.raises(Unscoped):
                    read(model.objects.all())


def test_the_map_is_current():
    assert (REPO / "docs/map.md").read_text() == house_map(), "run `make docs`"
    assert (REPO / "docs/api.md").read_text() == api_reference(), "run `make docs`"


def test_locks_name_no_address():
    for lock in (REPO / "requirements").glob("*.txt"):
        assert "://" not in lock.read_text()
        assert "--hash=sha256:" in lock.read_text()
