"""Whose data it is: every table that leads to a distributor is scoped, and a scoped one answers nobody who is not named."""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

import gongying
from gongying.books.parties.models import Party, PartyLink
from gongying.core.actor import Actor
from gongying.core.scope import Scoped, Unscoped

ROOT = Path(gongying.__file__).parent
SCOPED = {model for model in apps.get_models() if issubclass(model, Scoped)}
# Tables with a distributor's number that are read by one reader of their own, which asks who is asking.
BY_READER = {
    "people.User": "areas/accounts/queries.py: users",
    "files.StoredFile": "core/files/shelf.py: visible",
}
STARTS = {"for_actor", "unscoped", "create", "bulk_create"}
OPEN = ("_base_manager", "_default_manager")
# Rooms that read a model they are handed, whichever it is; what they are handed is theirs who call.
GENERIC = {"core/posting.py", "core/journal/book.py"}


def owned(model):
    """Whether a table says by itself which organisation a row belongs to."""
    fields = model._meta.get_fields()
    points = any(getattr(field, "related_model", None) in SCOPED and field.concrete for field in fields)
    return points or any(field.name in ("party_id", "holder_id") for field in fields if field.concrete)


def test_every_table_that_leads_to_a_distributor_is_scoped():
    house = [model for model in apps.get_models() if model._meta.app_config.name.startswith("gongying.")]
    stray = {model._meta.label for model in house if owned(model)} - {model._meta.label for model in SCOPED}
    assert stray == set(BY_READER)
    assert len(SCOPED) > 10


READS = {
    "list": list,
    "count": lambda rows: rows.count(),
    "exists": lambda rows: rows.exists(),
    "first": lambda rows: rows.first(),
    "last": lambda rows: rows.last(),
    "latest": lambda rows: rows.latest("pk"),
    "get": lambda rows: rows.get(pk=1),
    "index": lambda rows: rows[0],
    "slice": lambda rows: list(rows[:3]),
    "bool": bool,
    "len": len,
    "contains": lambda rows: rows.model(pk=1) in rows,
    "iterator": lambda rows: list(rows.iterator()),
    "in_bulk": lambda rows: rows.in_bulk([1]),
    "values": lambda rows: list(rows.values()),
    "values_list": lambda rows: list(rows.values_list("pk", flat=True)),
    "distinct": lambda rows: list(rows.distinct()),
    "only": lambda rows: list(rows.only("pk")),
    "aggregate": lambda rows: rows.aggregate(models.Count("pk")),
    "annotate": lambda rows: list(rows.annotate(n=models.Count("pk"))),
    "raw": lambda rows: list(rows.raw("SELECT 1 AS id")),
    "union": lambda rows: list(rows.union(rows)),
    "update": lambda rows: rows.filter(pk=1).update(pk=1),
    "delete": lambda rows: rows.filter(pk=1).delete(),
    "inside": lambda rows: list(rows.model.objects.unscoped("test").filter(pk__in=rows)),
    "or": lambda rows: list(rows.model.objects.unscoped("test") | rows),
    "and": lambda rows: list(rows.model.objects.unscoped("test") & rows),
    "united": lambda rows: list(rows.model.objects.unscoped("test").union(rows)),
    "less": lambda rows: list(rows.model.objects.unscoped("test").difference(rows)),
    "locked": lambda rows: list(rows.select_for_update()),
}


@pytest.mark.django_db
@pytest.mark.parametrize("read", sorted(READS))
def test_a_scoped_table_answers_nobody_who_is_not_named(read):
    for model in SCOPED:
        with pytest.raises(Unscoped):
            READS[read](model.objects.all())


@pytest.mark.django_db
def test_a_manager_of_related_rows_asks_too():
    party = Party(pk=1)
    with pytest.raises(Unscoped):
        list(party.supplies.all())
    with pytest.raises(Unscoped):
        party.line_set.count()
    with pytest.raises(Unscoped):
        Party.objects.unscoped("")


@pytest.mark.django_db
def test_a_row_of_two_organisations_is_seen_by_both_and_by_no_third(network):
    network.join(["D3"])
    first, second, third = (network.ids[code] for code in ("D1", "D2", "D3"))
    PartyLink.objects.create(parent_id=first, child_id=second, valid_from="2026-01-01")
    seen = [
        PartyLink.objects.for_actor(Actor("x", parties=frozenset({pk}))).count() for pk in (first, second, third)
    ]
    assert seen == [1, 1, 0]
    assert PartyLink.objects.for_actor(Actor("nobody")).count() == 0


def starts():
    """Every `Model.objects.<method>` of a scoped model in the house, and every manager that asks nobody."""
    names = {model.__name__ for model in SCOPED}
    for path in ROOT.rglob("*.py"):
        if "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Attribute):
                continue
            home, inner = str(path.relative_to(ROOT)), node.value
            named = inner.value if isinstance(inner, ast.Attribute) and inner.attr == "objects" else None
            ours = isinstance(named, ast.Name) and named.id in names
            if ours or (node.attr in OPEN and not (isinstance(inner, ast.Name) and inner.id not in names)):
                yield home, f"{home}:{node.lineno}", node.attr


def test_every_reading_of_a_scoped_table_begins_with_who_asks_or_why_nobody_is_asked():
    found = list(starts())
    assert len(found) > 50
    wrong = [place for home, place, how in found if how not in STARTS and home not in GENERIC]
    assert not wrong, f"begin with for_actor(actor) or unscoped(why): {wrong}"
