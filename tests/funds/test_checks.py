"""Proof of performance: what the check finds, named fact by named fact, each with a claim that does not have it (X04, C021)."""

import json
from datetime import timedelta

import pytest

from gongying.areas.funds import actions, queries
from gongying.areas.funds.actions.claiming import invoice_number
from gongying.areas.funds.models import Finding, Proof
from gongying.core.actor import SYSTEM
from gongying.core.refusal import Refused

pytestmark = pytest.mark.django_db


def codes(claim):
    return sorted(queries.claim(SYSTEM, claim).findings.for_actor(SYSTEM).values_list("code", flat=True))


def proofs(funds, *shots, paper=b"signed", code="D1"):
    sent = [actions.ProofIn(funds.file(shot, code=code), "photo") for shot in shots]
    return [*sent, actions.ProofIn(funds.file(paper, "a.pdf", "application/pdf", code), "agreement")]


def test_a_claim_with_good_proofs_has_no_finding_and_keeps_what_the_pictures_say(funds):
    claim = funds.claim(funds.committed())
    assert codes(claim) == []
    shot = Proof.objects.for_actor(SYSTEM).filter(claim=claim, kind="photo").first()
    assert shot.taken_at is not None
    assert abs(float(shot.latitude) - 30.2741) < 0.00001
    assert shot.away_m < 5
    assert len(shot.likeness) == 16
    assert queries.claim(SYSTEM, claim).score == 0


def test_time_and_place_are_held_against_the_activity(funds):
    now = funds.now()
    early = funds.photo(1, taken=now - timedelta(days=3))
    far = funds.photo(2, taken=now, where=(30.40, 120.1551))
    claim = funds.claim(funds.committed(), proofs=proofs(funds, early, far))
    assert codes(claim) == ["far", "time"]
    away = Finding.objects.for_actor(SYSTEM).get(claim=claim, code="far")
    assert 13_900 < json.loads(away.facts)["metres"] < 14_100
    words = {each.row.code: each.words for each in queries.findings(SYSTEM, queries.claim(SYSTEM, claim))}
    assert len(words["far"]) > 10
    assert str(funds.today) in words["time"]


def test_a_photo_without_tags_says_so(funds):
    bare = [funds.photo(n, taken=None, where=None) for n in (3, 4)]
    assert codes(funds.claim(funds.committed(), proofs=proofs(funds, *bare))) == [
        "no_place",
        "no_place",
        "no_time",
        "no_time",
    ]


def test_the_same_file_and_a_picture_that_was_scaled_or_compressed_anew_are_found(funds):
    """C021: duplicate claims, also across distributors; the stranger is not named."""
    now = funds.now()
    one, two = funds.photo(5, taken=now), funds.photo(6, taken=now)
    first = funds.claim(funds.committed(), proofs=proofs(funds, one, two))
    small = funds.photo(5, taken=now, size=(320, 240), quality=40)
    assert small != one
    again = funds.claim(
        funds.committed("D2"), code="D2", proofs=proofs(funds, small, two, paper=b"other", code="D2")
    )
    assert codes(again) == ["twin_file", "twin_image"]
    row = queries.claim(SYSTEM, again)
    assert {each.other.pk for each in queries.findings(SYSTEM, row)} == {first}
    mine = queries.findings(funds.owner["D2"], row)
    assert [(each.other, each.other_proof) for each in mine] == [(None, None), (None, None)]
    assert (row.risk, row.sampled) == ("high", True)
    fresh = funds.claim(
        funds.committed(), proofs=proofs(funds, funds.photo(7, taken=now), funds.photo(8, taken=now), paper=b"x")
    )
    assert codes(fresh) == []


def test_papers_of_a_withdrawn_claim_or_of_the_same_activity_when_it_was_rejected_may_be_used_again(funds):
    made = funds.committed()
    first = funds.claim(made)
    actions.withdraw(funds.owner["D1"], claim_id=first)
    second = funds.claim(made)
    assert codes(second) == []
    actions.reject(funds.people.finance, claim_id=second, answer="one photo is blurred")
    third = funds.claim(made)
    assert codes(third) == ["rejected_before"]
    other = funds.claim(funds.committed())
    assert "twin_file" in codes(other)


def test_an_invoice_is_used_once_however_it_is_written(funds):
    """X04: invoice number reuse."""
    assert invoice_number("２４４３-0091 a") == invoice_number("24430091A")
    funds.claim(funds.committed(), 400_00, invoice="2443-0091", seed=1)
    again = funds.claim(funds.committed("D2"), 400_00, code="D2", invoice=" 24430091 ", seed=2)
    assert codes(again) == ["invoice_used"]
    within = actions.submit(
        funds.owner["D1"], commitment_id=funds.committed(), proofs=funds.good(seed=3),
        costs=[actions.LineIn("a", 100_00, "77-1"), actions.LineIn("b", 100_00, "771")],
    )  # fmt: skip
    assert codes(within) == ["invoice_used"]


def test_amounts_above_the_invoice_and_days_outside_the_activity(funds):
    early = funds.today - timedelta(days=20)
    claim = funds.claim(funds.committed(), 500_00, invoice="9", invoice_minor=400_00, invoice_on=early)
    assert codes(claim) == ["outside", "over_invoice"]
    fine = funds.claim(
        funds.committed(), 500_00, invoice="10", invoice_minor=500_00, invoice_on=funds.today, seed=1
    )
    assert codes(fine) == []


def test_missing_proofs_and_too_high_amounts(funds):
    kind = {"code": "display", "name": "陈列", "proofs": ["photo", "invoice"], "photos": 3, "most": "300"}
    funds.publish("claim_types", kind="funds.claim_types", types=[kind])
    claim = funds.claim(funds.committed(), proofs=proofs(funds, funds.photo(9, taken=funds.now())))
    assert codes(claim) == ["missing", "missing", "no_invoice", "over_most"]
    assert queries.claim(SYSTEM, claim).score == 100  # cut there


def test_a_claim_after_the_last_day_is_late(funds):
    made = funds.committed()
    row = queries.commitment(SYSTEM, made)
    type(row).objects.unscoped("test").filter(pk=made).update(submit_by=funds.today - timedelta(days=1))
    assert codes(funds.claim(made)) == ["late"]


def test_what_is_no_picture_is_refused_and_writes_nothing(funds):
    made = funds.committed()
    bad = funds.file(b"\xff\xd8\xff not a picture at all")
    with pytest.raises(Refused) as no:
        funds.claim(made, proofs=[actions.ProofIn(bad, "photo")])
    assert (no.value.code, no.value.field) == ("picture", "file")
    assert queries.free(queries.commitment(SYSTEM, made)) == 600_00
    assert queries.claims(SYSTEM).count() == 0


def test_limits_of_lines_and_proofs(funds):
    made = funds.committed()
    for lines, sent in (
        ([], []),
        ([actions.LineIn("x", 1)] * 51, []),
        ([actions.LineIn(" ", 1)], []),
        ([actions.LineIn("x", 0)], []),
    ):
        with pytest.raises(Refused):
            actions.submit(funds.owner["D1"], commitment_id=made, costs=lines, proofs=sent)
    twice = funds.good()[0]
    with pytest.raises(Refused):
        funds.claim(made, proofs=[twice, twice])
