"""The pure part of recruiting: which state follows which, what collides, how a file of sales is graded."""

from datetime import date, timedelta
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from gongying.areas.recruiting.rules import (
    MOVES,
    STATES,
    Answers,
    Applicant,
    Grant,
    Known,
    Profile,
    Sample,
    Standing,
    complete,
    conflicts,
    judge,
    lacks,
    may_move,
    red_flags,
)

FULL = Standing(True, True, True, 0, True, True)


def test_every_state_is_known_and_ended_ones_stay():
    assert set(MOVES) == set(STATES)
    assert {state for state in STATES if not MOVES[state]} == {"accepted", "rejected", "withdrawn"}
    assert not any(may_move(state, state) for state in STATES)


@given(st.lists(st.sampled_from(STATES), max_size=12))
def test_no_way_leads_to_accepted_but_over_examination_and_decision(wanted):
    state, way = "lead", ["lead"]
    for after in wanted:
        if may_move(state, after):
            state = after
            way.append(after)
    if state == "accepted":
        assert way[:4] == ["lead", "application", "examination", "decision"]


def test_nobody_is_accepted_without_a_document_and_no_conflict_is_stepped_over():
    for form, code, owner, blocked, document, answer in product(
        (True, False), (True, False), (True, False), (0, 2), (True, False), (True, False)
    ):
        held = Standing(form, code, owner, blocked, document, answer)
        for after in ("accepted", "conditional"):
            if not lacks(after, held):
                assert form
                assert code
                assert document
                assert not blocked
    assert lacks("rejected", Standing()) == ["answer"]
    assert lacks("withdrawn", Standing()) == []
    assert all(lacks(after, FULL) == [] for after in STATES)


def asked(**more):
    return Applicant(
        **(
            {"region": "HZ", "above": frozenset({"ZJ", "HD"}), "channel": "", "category": "", "exclusive": False}
            | more
        )
    )


def grant(region="HZ", above=("ZJ", "HD"), channel="", category="", exclusive=False, party=1):
    return Grant(party, region, frozenset(above), channel, category, exclusive)


def codes(applicant, **known):
    return [(each.code, each.level) for each in conflicts(applicant, Known(**known))]


def test_territories_meet_by_place_channel_and_group():
    assert codes(asked(), grants=[grant(exclusive=True)]) == [("exclusive", "block")]
    assert codes(asked(), grants=[grant("HD", (), exclusive=True)]) == [("exclusive", "block")], "above"
    assert codes(asked(region="ZJ", above=frozenset({"HD"})), grants=[grant(exclusive=True)]) == [
        ("exclusive", "block")
    ], "below"
    assert codes(asked(), grants=[grant("NB", exclusive=True)]) == [], "beside"
    assert codes(asked(channel="online"), grants=[grant(channel="retail", exclusive=True)]) == []
    assert codes(asked(category="FAN"), grants=[grant(category="COOK", exclusive=True)]) == []
    assert codes(asked(), grants=[grant()]) == [("overlap", "note")]
    assert codes(asked(exclusive=True), grants=[grant()]) == [("shared", "block")]


def test_accounts_brands_twins_channels_and_places():
    who = asked(brands=("ACME Pro",), accounts=("大润发 杭州店",), channel="online", campaign_channel="retail")
    found = codes(
        who, competitors=[("acme", "block"), ("Zeta", "block")], accounts=[("大润发", 7), ("沃尔玛", 8)], partners=[3],
        twins=["SQ-1"], places_left=0,
    )  # fmt: skip
    assert found == [
        ("competing", "block"), ("key_account", "block"), ("partner", "block"), ("channel", "warn"), ("places", "warn"),
        ("twice", "warn"),
    ]  # fmt: skip
    assert codes(asked(accounts=("大润发",)), accounts=[("大润发", None)]) == [("key_account", "warn")]


def weeks(count, step=7):
    return tuple(date(2025, 1, 1) + timedelta(days=step * n) for n in range(count))


ALL = ("day", "product", "quantity", "customer", "amount")


def test_a_year_of_clean_weeks_is_an_a_and_every_point_is_explained():
    found = judge(Sample(1000, 1000, ALL, weeks(53)))
    assert (found.grade, found.points) == ("A", 100)
    assert sum(part.points for part in found.parts) == found.points


def test_without_a_needed_column_nothing_else_helps():
    found = judge(Sample(1000, 1000, ("day", "product", "customer", "amount"), weeks(53)))
    assert found.grade == "E"
    assert found.lacking == ("quantity",)
    assert judge(Sample(0, 0, (), ())).grade == "E"


@given(
    st.integers(1, 10**6),
    st.integers(0, 10**6),
    st.sets(st.sampled_from(ALL)),
    st.integers(0, 200),
    st.integers(1, 90),
)
def test_points_are_their_parts_and_within_bounds(rows, good, columns, count, step):
    found = judge(Sample(rows, min(rows, good), tuple(sorted(columns)), weeks(count, step)))
    assert found.points == sum(part.points for part in found.parts)
    assert 0 <= found.points <= 100
    assert all(0 <= part.points <= part.most for part in found.parts)


@given(st.integers(1, 1000), st.integers(0, 999), st.integers(2, 100))
def test_more_readable_rows_and_more_history_never_cost_points(rows, good, count):
    base = judge(Sample(rows, min(good, rows), ALL, weeks(count)))
    assert judge(Sample(rows, min(good + 1, rows), ALL, weeks(count))).points >= base.points
    assert judge(Sample(rows, min(good, rows), ALL, weeks(count + 1))).points >= base.points


def test_what_lacks_in_a_form_is_named():
    assert complete(False, Profile()) == ["uscc", "founded", "people", "outlets", "sales", "warehouse_m2", "plan"]
    assert (
        complete(
            True, Profile(founded=2001, people=1, outlets=0, sales=0, warehouse_m2=0, plan="visits every week")
        )
        == []
    )


def test_red_flags_are_words_low_marks_and_never_again():
    said = Answers(levels={"pays": 1, "keeps": 4}, years=3, again=False, who="Mr Hu, bank", text="曾经拖欠货款")
    assert red_flags(said, ["拖欠", "fraud"]) == ["拖欠", "pays", "again"]
    assert red_flags(Answers(levels={"pays": 5}, years=3, again=True, who="x"), ["拖欠"]) == []
