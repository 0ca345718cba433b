"""What a payment settles: named, exact, oldest; never more than is there; and which reminder somebody gets."""

from hypothesis import given
from hypothesis import strategies as st

from gongying.engines.dunning import Last, decide
from gongying.engines.matching import Due, propose

DUES = st.lists(st.integers(1, 900), min_size=0, max_size=9).map(
    lambda amounts: [
        Due(f"FP-20261{place}-{place:04d}", place, amount, (f"SO-{place:04d}",))
        for place, amount in enumerate(amounts)
    ]
)


@given(st.integers(1, 4000), DUES, st.sampled_from(["", "FP-202611-0001", "货款 so 0002 与 ＳＯ－０００３"]))
def test_nothing_is_lost_and_no_document_is_settled_beyond_itself(amount, dues, text):
    found = propose(amount, dues, text)
    assert sum(use.amount for use in found.uses) + found.left == amount
    assert found.left >= 0
    left = {due.document: due.open for due in dues}
    assert len({use.document for use in found.uses}) == len(found.uses)
    assert all(0 < use.amount <= left[use.document] for use in found.uses)
    if found.left:
        assert {use.document for use in found.uses} == left.keys(), "money is left only when nothing is open"


def test_named_before_exact_before_oldest():
    dues = [Due("FP-202610-0001", 0, 300), Due("FP-202610-0012", 1, 500), Due("FP-202610-0013", 2, 200)]
    assert [(u.document, u.why) for u in propose(200, dues).uses] == [("FP-202610-0013", "exact")]
    assert [(u.document, u.why) for u in propose(800, dues).uses] == [
        ("FP-202610-0001", "exact"),
        ("FP-202610-0012", "exact"),
    ]
    named = propose(250, dues, "付fp2026100012货款")
    assert [(u.document, u.amount, u.why) for u in named.uses] == [("FP-202610-0012", 250, "named")]
    mixed = propose(500, dues, "fp 202610 0001")
    assert [(u.document, u.amount, u.why) for u in mixed.uses] == [
        ("FP-202610-0001", 300, "named"),
        ("FP-202610-0013", 200, "exact"),
    ]
    assert propose(10, dues).sure is False
    assert mixed.sure is True


def test_a_number_inside_a_longer_one_names_nothing():
    dues = [Due("SO-1234", 0, 10), Due("SO-12345", 1, 20)]
    assert [u.document for u in propose(5, dues, "SO-12345").uses] == ["SO-12345"]
    assert propose(5, dues, "9SO-1234").uses[0].why == "named"
    assert propose(5, [Due("12", 0, 10)], "12").uses[0].why == "oldest", "too short to name anything"


@given(
    st.integers(0, 200),
    st.one_of(st.none(), st.builds(Last, st.integers(1, 3), st.integers(0, 60))),
    st.integers(1, 30),
)
def test_a_reminder_is_the_level_the_days_have_reached_or_none(days, last, repeat):
    levels = [1, 15, 45]
    told = decide(days, levels, last, repeat)
    reached = sum(days >= begin for begin in levels)
    assert told.level in (0, reached)
    if last is not None and reached and reached <= last.level and last.days_ago < repeat:
        assert told.why == "soon"
    if last is None or reached > last.level:
        assert told.level == reached
