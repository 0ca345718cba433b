"""opening + received − sold ± adjustments = calculated; counted beside it; the difference has a name (X03, C099)."""

from datetime import date

import pytest

from gongying.areas.channel import actions, queries
from gongying.areas.channel.models import Declaration, DeclarationLine, Difference
from gongying.books.stock import read as stock
from gongying.core.actor import SYSTEM
from gongying.core.journal.models import Entry
from gongying.core.policies import actions as policies
from gongying.core.refusal import Forbidden, Missing, Refused

JUNE = date(2026, 6, 30)
pytestmark = pytest.mark.django_db


def line(shop, product="P1", lot=""):
    row = queries.declaration_row(SYSTEM, shop.declaration_id)
    return next(each for each in queries.lines(SYSTEM, row) if (each.product.code, each.lot) == (product, lot))


def moves(shop, product="P1"):
    rows = stock.movements(SYSTEM, holder_id=shop.ids["D1"], product_id=shop.skus[product]).filter(source="channel")
    return sorted(rows.values_list("kind", "reason", "quantity"))


def test_C099_opening_received_sold_adjusted_is_counted(declared):
    """The worked example of docs/algorithms/trust.md: 120 + 60 − 75 − 3 = 102, counted 100, two are missing."""
    found = queries.figures(line(declared))
    assert (found.opening, found.received, found.sold, found.adjusted) == (120, 60, 75, -3)
    assert (found.calculated, found.counted, found.difference) == (102, 100, -2)
    assert line(declared).since == JUNE


def test_what_is_handed_in_is_posted_and_the_balance_is_what_was_counted(declared):
    assert moves(declared) == [("adjust", "damage", -3), ("count", "", -2), ("sale", "", -75)]
    assert declared.balance() == 100
    assert stock.check() == []


def test_the_clerk_types_counts_only_the_books_say_the_rest(shop):
    shop.sell(shop.sale(10, document="R1"))
    made = actions.open_declaration(shop.clerk, party_id=shop.ids["D1"])
    view = queries.declaration(shop.clerk, declaration_id=made)
    assert [(each.product, each.opening, each.received, each.sold, each.counted) for each in view.lines] == [
        ("P1", 120, 60, 10, None)
    ]
    assert (view.period, view.counted_on, view.due_on, view.state) == (
        "2026-07",
        date(2026, 7, 31),
        date(2026, 8, 5),
        "draft",
    )
    assert actions.open_declaration(shop.clerk, party_id=shop.ids["D1"]) == made, "begun once"


def test_what_was_bought_without_a_movement_is_received_all_the_same(shop):
    """Sales to him that were loaded by file move no stock: the declaration posts what is missing of it."""
    shop.network.sell(shop.network.line(yuan=400, qty=8, product="P2", on=date(2026, 7, 20), doc="INV2"))
    shop.declaration_id = actions.open_declaration(shop.clerk, party_id=shop.ids["D1"])
    row = line(shop, "P2")
    assert (row.received, row.moved) == (8, 0)
    counts = [actions.CountedIn("P1", 180), actions.CountedIn("P2", 8)]
    actions.fill(shop.clerk, declaration_id=shop.declaration_id, counts=counts)
    actions.submit(shop.clerk, declaration_id=shop.declaration_id)
    assert moves(shop, "P2") == [("receipt", "", 8)], "nothing differs: no count moves anything"
    assert moves(shop, "P1") == []
    assert (shop.balance(product="P2"), shop.balance()) == (8, 180)
    assert not Difference.objects.unscoped("test").exists()


def test_the_next_period_opens_with_what_was_counted(declared):
    declared.today(date(2026, 9, 2))
    declared.receive(40, on=date(2026, 8, 10))
    declared.sell(declared.sale(30, on="2026-08-20", document="R2"))
    made = actions.open_declaration(declared.clerk, party_id=declared.ids["D1"])
    (row,) = queries.declaration(declared.clerk, declaration_id=made).lines
    assert (row.opening, row.received, row.sold, row.calculated) == (100, 40, 30, 110)


def test_lots_are_kept_apart_and_sold_by_expiry(shop):
    shop.counted(10, lot="L1", product="P2")
    shop.counted(20, lot="L2", product="P2")
    shop.receive(5, lot="L2", product="P2")
    shop.sell(shop.sale(12, document="R1", product="P2"))
    shop.declaration_id = actions.open_declaration(shop.clerk, party_id=shop.ids["D1"])
    assert [
        (each.lot, each.opening, each.received, each.sold)
        for each in (line(shop, "P2", "L1"), line(shop, "P2", "L2"))
    ] == [
        ("L1", 10, 0, 10),
        ("L2", 20, 5, 2),
    ]


def test_a_difference_is_opened_with_its_worth_and_closed_when_it_is_counted_again(declared):
    row = Difference.objects.unscoped("test").get()
    assert (row.quantity, row.value_minor, row.state, row.opened_on) == (-2, -2 * 100_00, "open", date(2026, 8, 3))
    actions.hand_back(declared.planner, declaration_id=declared.declaration_id, reason="请复核")
    actions.fill(declared.clerk, declaration_id=declared.declaration_id, counts=[actions.CountedIn("P1", 102)])
    done = actions.submit(declared.clerk, declaration_id=declared.declaration_id)
    row.refresh_from_db()
    assert (done.difference, row.state, row.quantity) == (0, "closed", 0)
    assert declared.balance() == 102
    assert stock.check() == []


def test_handed_in_again_posts_only_what_changed(declared):
    actions.hand_back(declared.planner, declaration_id=declared.declaration_id, reason="请复核")
    lost = [actions.AdjustmentIn("theft", -5)]
    actions.fill(
        declared.clerk,
        declaration_id=declared.declaration_id,
        counts=[actions.CountedIn("P1", 100, adjustments=lost)],
    )
    actions.submit(declared.clerk, declaration_id=declared.declaration_id)
    assert declared.balance() == 100
    found = queries.figures(line(declared))
    assert (found.calculated, found.difference) == (100, 0)
    rows = stock.movements(SYSTEM, holder_id=declared.ids["D1"]).filter(source="channel", movement__isnull=True)
    standing = sorted(rows.exclude(kind="reversal").values_list("kind", "reason", "quantity"))
    assert standing == [("adjust", "theft", -5), ("sale", "", -75)]
    assert sum(quantity for _kind, _reason, quantity in moves(declared)) == 100 - 180
    assert stock.check() == []


def test_sales_reported_after_the_form_was_opened_are_in(shop):
    shop.declaration_id = actions.open_declaration(shop.clerk, party_id=shop.ids["D1"])
    actions.fill(shop.clerk, declaration_id=shop.declaration_id, counts=[actions.CountedIn("P1", 150)])
    shop.sell(shop.sale(30, document="R1"))
    assert actions.submit(shop.clerk, declaration_id=shop.declaration_id).difference == 0


def test_what_is_tolerated_asks_for_no_word(shop):
    version = policies.draft(
        SYSTEM, kind="channel.calendar", key="calendar", title="申报日历", document={"tolerance": "0.02"},
        effective_from=date(2026, 1, 1),
    )  # fmt: skip
    policies.publish(SYSTEM, version_id=version)
    made = actions.open_declaration(shop.clerk, party_id=shop.ids["D1"])
    actions.fill(shop.clerk, declaration_id=made, counts=[actions.CountedIn("P1", 177)])
    done = actions.submit(shop.clerk, declaration_id=made)
    assert (done.difference, done.differences) == (3, 0)
    actions.hand_back(shop.planner, declaration_id=made, reason="x")
    actions.fill(shop.clerk, declaration_id=made, counts=[actions.CountedIn("P1", 176)])
    assert actions.submit(shop.clerk, declaration_id=made).differences == 1


def test_a_weekly_calendar_declares_weeks(shop):
    version = policies.draft(
        SYSTEM, kind="channel.calendar", key="calendar", title="申报日历", document={"rhythm": "week", "due_days": 2},
        effective_from=date(2026, 1, 1), scope_kind="party", scope_key="D1",
    )  # fmt: skip
    policies.publish(SYSTEM, version_id=version)
    (asked,) = [each for each in queries.board(SYSTEM, date(2026, 8, 3)) if each.party.code == "D1"]
    assert (asked.span.code, asked.due_on, asked.state) == ("2026-W31", date(2026, 8, 4), "due")
    with pytest.raises(Refused) as no:
        actions.open_declaration(shop.clerk, party_id=shop.ids["D1"], period="2026-07")
    assert no.value.code == "rhythm"


def test_no_reason_no_adjustment_and_the_sign_must_fit(shop):
    made = actions.open_declaration(shop.clerk, party_id=shop.ids["D1"])
    for reason, quantity, code in (("mystery", -1, "reason"), ("damage", 1, "quantity"), ("found", -1, "quantity")):
        given = [actions.CountedIn("P1", 1, adjustments=[actions.AdjustmentIn(reason, quantity)])]
        with pytest.raises(Refused) as no:
            actions.fill(shop.clerk, declaration_id=made, counts=given)
        assert no.value.field in (code, "reason")


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({"period": "2026-09"}, "day"),
        ({"period": "2026-07", "counted_on": date(2026, 6, 1)}, "day"),
        ({"period": "2026-07", "counted_on": date(2026, 8, 4)}, "day"),
        ({"period": "2026Q3"}, "period"),
        ({"period": "2026-W99"}, "period"),
    ],
)
def test_days_and_periods_that_do_not_fit(shop, inputs, code):
    with pytest.raises(Refused) as no:
        actions.open_declaration(shop.clerk, party_id=shop.ids["D1"], **inputs)
    assert no.value.code == code


def test_an_older_period_is_not_declared_after_a_later_one(declared):
    with pytest.raises(Refused) as no:
        actions.open_declaration(declared.clerk, party_id=declared.ids["D1"], period="2026-06")
    assert no.value.code in ("order", "day")


def test_states_are_kept(declared):
    for verb, more in (
        (actions.submit, {}),
        (actions.fill, {"counts": []}),
        (actions.recount, {}),
    ):
        with pytest.raises(Refused) as no:
            verb(declared.clerk, declaration_id=declared.declaration_id, **more)
        assert no.value.code == "state"
    actions.accept(declared.planner, declaration_id=declared.declaration_id)
    with pytest.raises(Refused):
        actions.hand_back(declared.planner, declaration_id=declared.declaration_id, reason="x")
    with pytest.raises(Forbidden):
        actions.accept(declared.clerk, declaration_id=declared.declaration_id)
    names = set(Entry.objects.values_list("name", flat=True))
    assert {"channel.declaration_submitted", "channel.declaration_accepted"} <= names


def test_nothing_counted_is_nothing_to_hand_in(shop):
    made = actions.open_declaration(shop.clerk, party_id=shop.ids["D1"])
    with pytest.raises(Refused) as no:
        actions.submit(shop.clerk, declaration_id=made)
    assert no.value.code == "empty"


def test_a_stranger_finds_nothing(declared):
    for verb, more in (
        (actions.fill, {"counts": []}),
        (actions.submit, {}),
        (actions.recount, {}),
    ):
        with pytest.raises(Missing):
            verb(declared.other, declaration_id=declared.declaration_id, **more)
    with pytest.raises(Missing):
        actions.open_declaration(declared.other, party_id=declared.ids["D1"])
    with pytest.raises(Missing):
        queries.declaration(declared.other, declaration_id=declared.declaration_id)
    assert queries.declared(declared.other, on=date(2026, 8, 3)) == []
    assert queries.compared(declared.other, "2026-07", "product") == []


def test_reported_beside_calculated_by_product_lot_place_and_distributor(declared):
    for by, key in (("product", "P1"), ("lot", "P1/"), ("party", "D1"), ("place", "HD")):
        (found,) = queries.compared(SYSTEM, "2026-07", by)
        assert (found.key, found.calculated, found.counted, found.missing, found.difference) == (
            key,
            102,
            100,
            2,
            -2,
        )


def test_the_documents_behind_a_figure(declared):
    papers = queries.papers(SYSTEM, line(declared))
    assert [(each.figure, each.units) for each in papers] == [("opening", 120), ("received", 60), ("sold", 75)]
    assert papers[2].document == "R1"
    assert queries.papers(declared.other, line(declared)) == []


def test_who_has_sent_and_who_has_not(declared):
    declared.network.sell(declared.network.line("D2", 100, doc="INV9"))
    states = {each.party.code: (each.state, each.late_days) for each in queries.board(SYSTEM, date(2026, 8, 3))}
    assert states == {"D1": ("submitted", 0), "D2": ("due", 0)}
    states = {each.party.code: (each.state, each.late_days) for each in queries.board(SYSTEM, date(2026, 8, 9))}
    assert states["D2"] == ("undeclared", 4)
    assert Declaration.objects.unscoped("test").count() == 1


def test_fsck_holds_what_a_declaration_says_against_what_was_posted(declared):
    assert list(queries.apart()) == []
    actions.hand_back(declared.planner, declaration_id=declared.declaration_id, reason="x")
    actions.fill(declared.clerk, declaration_id=declared.declaration_id, counts=[actions.CountedIn("P1", 90)])
    actions.submit(declared.clerk, declaration_id=declared.declaration_id)
    assert list(queries.apart()) == []
    DeclarationLine.objects.unscoped("test").update(sold=74)
    (fault,) = queries.apart()
    assert (fault.declaration, fault.said, fault.posted) == ("KD-202608-0001", -77, -78)


def test_goods_that_came_after_the_count_stay_when_it_is_handed_in_late(shop):
    """A count speaks of its own evening: what arrived on 1 August is not in it and is not taken away by it."""
    shop.receive(25, on=date(2026, 8, 1), key="later")
    shop.declaration_id = actions.open_declaration(shop.clerk, party_id=shop.ids["D1"])
    actions.fill(shop.clerk, declaration_id=shop.declaration_id, counts=[actions.CountedIn("P1", 178)])
    assert actions.submit(shop.clerk, declaration_id=shop.declaration_id).difference == 2
    assert shop.balance() == 178 + 25
    assert ("count", "", -2) in moves(shop)
    actions.hand_back(shop.planner, declaration_id=shop.declaration_id, reason="x")
    actions.fill(shop.clerk, declaration_id=shop.declaration_id, counts=[actions.CountedIn("P1", 180)])
    actions.submit(shop.clerk, declaration_id=shop.declaration_id)
    assert shop.balance() == 180 + 25
    assert stock.check() == list(queries.apart()) == []
    shop.today(date(2026, 9, 2))
    made = actions.open_declaration(shop.clerk, party_id=shop.ids["D1"])
    (row,) = queries.declaration(shop.clerk, declaration_id=made).lines
    assert (row.opening, row.received) == (180, 25)


def test_what_waits_is_counted_as_the_board_shows_it(declared):
    """The short way of the home page and the long way of the board agree."""
    declared.network.sell(declared.network.line("D2", 100, doc="INV9"))
    for day in (date(2026, 8, 3), date(2026, 8, 9), date(2026, 9, 9), date(2027, 6, 9)):
        board = queries.board(SYSTEM, day)
        late = sum(each.state in ("undeclared", "late") for each in board)
        sent = sum(each.state == "submitted" for each in board)
        assert queries.unsettled(SYSTEM, day) == (late, sent), day
        asked = queries.asked_of(SYSTEM, declared.ids["D2"], day, back=1)
        assert len(asked) == sum(each.party.code == "D2" for each in board), day
