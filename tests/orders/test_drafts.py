"""Drafts, favourites, comments, files, suggestions: what people do with orders before and beside the flow."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from gongying.areas.orders import actions, queries
from gongying.areas.orders.actions import DraftLine
from gongying.areas.orders.models import Order
from gongying.areas.orders.rules import state_of, suggest
from gongying.core.actor import Actor
from gongying.core.files import shelf
from gongying.core.refusal import Forbidden, Missing, Refused

EVERY = frozenset({"*"})


@pytest.fixture
def people(network):
    own = {code: Actor(f"clerk{code}", 7, "clerk", EVERY, frozenset({pk})) for code, pk in network.ids.items()}
    return own | {"hq": Actor("hq", 9, "director", EVERY, None)}


def draft(people, network, code="D1", lines=(("P1", 2), ("P2", 1, "CS"))):
    return actions.draft(people[code], party_id=network.ids[code], lines=[DraftLine(*line) for line in lines]).id


@pytest.mark.django_db
def test_a_draft_is_written_revised_and_discarded(network, people):
    pk = draft(people, network)
    row = queries.order_row(people["D1"], pk)
    assert [(x.product.code, x.packs, x.quantity) for x in queries.lines(people["D1"], row)] == [
        ("P1", 2, 2),
        ("P2", 1, 4),
    ]
    assert actions.revise(people["D1"], order_id=pk, lines=[DraftLine("P1", 1), DraftLine("P1", 4)]) == 1
    assert queries.lines(people["D1"], row).get().packs == 5
    actions.discard(people["D1"], order_id=pk)
    assert not Order.objects.unscoped("test").exists()


@pytest.mark.django_db
def test_a_draft_of_a_stranger_is_not_there(network, people):
    pk = draft(people, network)
    for attempt in (
        lambda: actions.revise(people["D2"], order_id=pk, lines=[]),
        lambda: actions.discard(people["D2"], order_id=pk),
        lambda: actions.comment(people["D2"], order_id=pk, text="x"),
        lambda: actions.attach(people["D2"], order_id=pk, file_id=1),
        lambda: actions.favour(people["D2"], party_id=network.ids["D1"], product="P1"),
        lambda: actions.draft(people["D2"], party_id=network.ids["D1"], lines=[]),
        lambda: queries.order(people["D2"], order_id=pk),
    ):
        with pytest.raises(Missing):
            attempt()
    assert queries.orders(people["D2"]) == []
    with pytest.raises(Forbidden):
        queries.orders(Actor("x"))


@pytest.mark.django_db
def test_every_no_of_a_draft_names_the_line(network, people):
    for lines, code, field in (
        ([DraftLine("P1", 1), DraftLine("NO", 1)], "unknown", "lines.2"),
        ([DraftLine("P1", 0)], "quantity", "lines.1"),
        ([DraftLine("P1", 1, "CS")], "pack", "lines.1"),
        ([DraftLine("P1", 1)] * 2001, "many", "lines"),
    ):
        with pytest.raises(Refused) as no:
            actions.draft(people["D1"], party_id=network.ids["D1"], lines=lines)
        assert (no.value.code, no.value.field) == (code, field)


@pytest.mark.django_db
def test_favourites_are_the_distributors(network, people):
    assert actions.favour(people["D1"], party_id=network.ids["D1"], product="P2")
    actions.favour(people["D1"], party_id=network.ids["D1"], product="P2")
    assert queries.favourites(people["D1"], network.ids["D1"]) == [network.skus["P2"]]
    assert queries.favourites(people["D2"], network.ids["D1"]) == []
    assert not actions.favour(people["D1"], party_id=network.ids["D1"], product="P2", keep=False)
    assert queries.favourites(people["hq"], network.ids["D1"]) == []


@pytest.mark.django_db
def test_what_is_said_inside_the_house_stays_there(network, people, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    pk = draft(people, network)
    actions.comment(people["D1"], order_id=pk, text="何时到货？", internal=True)  # a distributor has no inside
    actions.comment(people["hq"], order_id=pk, text="先压一压", internal=True)
    kept = shelf.store(people["D1"], name="po.pdf", chunks=[b"x"], purpose="order", party_id=network.ids["D1"])
    actions.attach(people["D1"], order_id=pk, file_id=kept.pk)
    order = queries.order_row(people["hq"], pk)
    assert [x.kind for x in queries.timeline(people["D1"], order)] == ["attachment", "comment"]
    assert [x.detail for x in queries.timeline(people["hq"], order)][1] == "先压一压"
    with pytest.raises(Refused):
        actions.comment(people["D1"], order_id=pk, text="  ")
    actions.discard(people["D1"], order_id=pk)  # it was talked about: it stays, cancelled
    assert queries.order_row(people["D1"], pk).state == "cancelled"


@pytest.mark.django_db
def test_a_suggestion_says_where_it_comes_from(network, people):
    """Bought every 30 days, about 1.5 a day; six are left of the last count."""
    today = timezone.localdate()
    for back, units in ((90, 30), (60, 60), (30, 60)):
        network.sell(network.line(yuan=100, on=today - timedelta(days=back), doc=f"H{back}", qty=units))
    (hint,) = queries.suggestions(people["D1"], network.ids["D1"], today)
    s = hint.suggestion
    assert (s.quantity, s.rhythm_days, s.need, s.stock, s.coming) == (45, 30, 45, 0, 0)
    assert queries.suggestions(people["D2"], network.ids["D1"], today) == []
    with pytest.raises(Missing):
        queries.suggested(people["D2"], party_id=network.ids["D1"])
    (view,) = queries.suggested(people["D1"], party_id=network.ids["D1"])
    assert (view.product, view.quantity) == ("P1", 45)


@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(1, 1000)), min_size=0, max_size=6),
    st.none() | st.tuples(st.integers(0, 300), st.integers(0, 2000)),
    st.integers(0, 1000),
    st.integers(1, 24),
)
def test_a_suggestion_is_whole_packs_and_never_below_zero(bought, stock, coming, factor):
    start = date(2026, 1, 1)
    days = [(start + timedelta(days=day), units) for day, units in bought]
    held = None if stock is None else (start + timedelta(days=stock[0]), stock[1])
    made = suggest(days, today=start + timedelta(days=301), stock=held, coming=coming, factor=factor)
    if made is not None:
        assert made.quantity >= 0
        assert made.quantity % factor == 0
        assert made.quantity + made.stock + made.coming >= made.need
        assert made.quantity - factor < max(0, made.need - made.stock - made.coming) or made.quantity == 0


class Line:
    def __init__(self, **counts):
        for name in ("quantity", "reserved", "shipped", "short", "delivered", "invoiced", "cancelled"):
            setattr(self, name, counts.get(name, 0))


@pytest.mark.parametrize(
    ("counts", "paid", "state"),
    [
        ({"quantity": 5}, False, "approved"),
        ({"quantity": 5, "reserved": 5}, False, "allocated"),
        ({"quantity": 5, "shipped": 5}, False, "shipped"),
        ({"quantity": 5, "shipped": 3, "reserved": 2}, False, "allocated"),
        ({"quantity": 5, "shipped": 5, "delivered": 3, "short": 2}, False, "approved"),
        ({"quantity": 5, "shipped": 5, "delivered": 3, "short": 2, "cancelled": 2}, False, "delivered"),
        ({"quantity": 5, "shipped": 5, "delivered": 5, "invoiced": 5}, False, "invoiced"),
        ({"quantity": 5, "shipped": 5, "delivered": 5, "invoiced": 5}, True, "paid"),
        ({"quantity": 5, "cancelled": 5}, False, "cancelled"),
    ],
)
def test_where_an_order_stands(counts, paid, state):
    assert state_of([Line(**counts)], paid=paid) == state
