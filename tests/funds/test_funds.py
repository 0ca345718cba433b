"""Funds: from the budget to the distributor's account, and every way out of it (C035, X04, X29)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gongying.areas.funds import actions, queries
from gongying.areas.funds.models import Claim, Commitment, Finding
from gongying.books.money import read as money
from gongying.core.actor import SYSTEM, Actor
from gongying.core.journal import book
from gongying.core.policies import actions as policies
from gongying.core.refusal import Missing, Refused
from gongying.core.soundness import SOUND

pytestmark = pytest.mark.django_db


def refused(call, *args, **inputs):
    with pytest.raises(Refused) as no:
        call(*args, **inputs)
    return no.value.code


def sound():
    return [found for name, each in SOUND.items() if name.startswith(("funds.", "money.")) for found in each.ask()]


def parts(bar):
    return (bar.free, bar.requested, bar.committed, bar.claimed, bar.paid)


def balance(funds, code="D1"):
    return money.balance(SYSTEM, kind="rebate", holder_id=funds.ids[code], currency="CNY")


def test_money_goes_from_the_budget_to_the_account_and_is_somewhere_at_every_step(funds):
    """C035, X29: budget, request, commitment, claim with proofs, approval, payment."""
    people = funds.people
    assert funds.bar() == queries.Bar(100_000_00, 100_000_00)
    made = funds.ask()  # 60 % of 1,000
    assert parts(funds.bar()) == (99_400_00, 600_00, 0, 0, 0)
    assert actions.approve_request(people.director, commitment_id=made) == 600_00
    assert parts(funds.bar()) == (99_400_00, 0, 600_00, 0, 0)
    claim = funds.claim(made)
    assert parts(funds.bar()) == (99_400_00, 0, 0, 600_00, 0)
    row = queries.claim(SYSTEM, claim)
    assert (row.number[:2], row.claimed_minor, row.cost_minor, row.state) == ("HX", 600_00, 1_000_00, "submitted")
    assert list(row.findings.for_actor(SYSTEM).values_list("code", flat=True)) == []
    assert actions.approve(people.finance, claim_id=claim) == 600_00
    assert balance(funds) == 0
    assert actions.pay(people.cashier, claim_ids=[claim]) == 600_00
    assert parts(funds.bar()) == (99_400_00, 0, 0, 0, 600_00)
    assert balance(funds) == 600_00
    assert sound() == []
    told = [name for name in ("budget_granted", "commitment_requested", "commitment_decided", "claim_submitted",
                              "claim_decided", "claim_paid") if not book.told(f"funds.{name}")]  # fmt: skip
    assert told == []


def test_a_fund_is_never_overspent(funds):
    """X29: the budget check is the floor of an account."""
    funds.ask(cost_minor=150_000_00)  # 30,000 + 40,000 of it
    assert parts(funds.bar()) == (30_000_00, 70_000_00, 0, 0, 0)
    assert refused(funds.ask, cost_minor=60_000_00) == "budget"
    assert Commitment.objects.unscoped("test").count() == 1
    assert parts(funds.bar()) == (30_000_00, 70_000_00, 0, 0, 0)


def test_two_claims_cannot_exceed_a_commitment(funds):
    made = funds.committed()
    first = funds.claim(made, 700_00)
    row = queries.claim(SYSTEM, first)
    assert row.claimed_minor == 420_00
    second = funds.claim(made, 700_00, seed=1)
    assert queries.claim(SYSTEM, second).claimed_minor == 180_00  # what is left of 600
    assert refused(funds.claim, made, 100_00, seed=2) == "share"
    actions.withdraw(funds.owner["D1"], claim_id=first)
    assert queries.free(queries.commitment(SYSTEM, made)) == 420_00


def test_a_claim_is_approved_in_part_line_by_line_with_reasons(funds):
    """X04: partial approval; what is cut is free again."""
    made = funds.committed()
    lines = [actions.LineIn("rack", 600_00), actions.LineIn("flowers", 400_00)]
    claim = actions.submit(funds.owner["D1"], commitment_id=made, costs=lines, proofs=funds.good())
    row = queries.claim(SYSTEM, claim)
    rack, flowers = row.lines.for_actor(SYSTEM).order_by("id")
    verdicts = [actions.Verdict(rack.pk, 600_00), actions.Verdict(flowers.pk, 100_00)]
    assert refused(actions.approve, funds.people.finance, claim_id=claim, lines=verdicts) == "reason"
    assert refused(actions.approve, funds.people.finance, claim_id=claim, lines=verdicts[:1]) == "lines"
    verdicts[1] = actions.Verdict(flowers.pk, 100_00, "two bunches were agreed")
    assert actions.approve(funds.people.finance, claim_id=claim, lines=verdicts) == 420_00
    assert parts(funds.bar()) == (99_400_00, 0, 180_00, 420_00, 0)
    flowers.refresh_from_db()
    assert (flowers.approved_minor, flowers.reason) == (100_00, "two bunches were agreed")
    assert actions.pay(funds.people.cashier, claim_ids=[claim]) == 420_00
    assert sound() == []


def test_four_eyes_and_the_authority_matrix(funds):
    """X04: who asked does not approve, who claimed does not approve, who approved does not pay; amounts have limits."""
    director, finance = funds.people.director, funds.people.finance
    mine = funds.ask(by=director)
    assert refused(actions.approve_request, director, commitment_id=mine) == "authority"
    made = funds.committed(by=finance)
    claim = funds.claim(made, by=finance)
    assert refused(actions.approve, finance, claim_id=claim) == "authority"
    actions.approve(director, claim_id=claim)
    assert refused(actions.pay, director, claim_ids=[claim]) == "four_eyes"
    rules = [
        {"verb": "funds.commit", "role": "director", "limit": "100"},
        {"verb": "funds.commit", "role": "admin", "limit": None},
    ]
    version = policies.draft(
        SYSTEM, kind="approvals.matrix", key="authority", title="权限", document={"rules": rules},
        effective_from=funds.today,
    )  # fmt: skip
    policies.publish(SYSTEM, version_id=version)
    other = funds.ask()
    assert refused(actions.approve_request, director, commitment_id=other) == "authority"
    admin = Actor("root", role="admin", may=frozenset({"*"}), parties=None)
    assert actions.approve_request(admin, commitment_id=other) == 600_00


def test_a_request_may_be_approved_for_less_rejected_or_withdrawn(funds):
    director = funds.people.director
    made = funds.ask()
    assert refused(actions.approve_request, director, commitment_id=made, amount_minor=500_00) == "reason"
    assert (
        actions.approve_request(director, commitment_id=made, amount_minor=500_00, answer="half a shelf") == 500_00
    )
    assert parts(funds.bar()) == (99_500_00, 0, 500_00, 0, 0)
    other = funds.ask()
    assert refused(actions.reject_request, director, commitment_id=other, answer=" ") == "reason"
    actions.reject_request(director, commitment_id=other, answer="no")
    third = funds.ask()
    actions.withdraw_request(funds.owner["D1"], commitment_id=third)
    assert parts(funds.bar()) == (99_500_00, 0, 500_00, 0, 0)
    assert refused(actions.withdraw_request, funds.owner["D1"], commitment_id=third) == "state"
    assert sound() == []


def test_what_is_not_claimed_goes_back_when_it_is_closed_or_its_days_are_over(funds):
    """X04, X29: unused commitments expire."""
    made = funds.committed()
    claim = funds.claim(made, 500_00)
    assert refused(actions.close, funds.people.finance, commitment_id=made) == "open"
    actions.approve(funds.people.finance, claim_id=claim)
    actions.pay(funds.people.cashier, claim_ids=[claim])
    assert actions.close(funds.people.finance, commitment_id=made) == 300_00
    assert parts(funds.bar()) == (99_700_00, 0, 0, 0, 300_00)
    other = funds.committed()
    row = queries.commitment(SYSTEM, other)
    assert actions.expire(SYSTEM, on=row.expires_on) == 0
    assert actions.expire(SYSTEM, on=row.expires_on + timedelta(days=1)) == 1
    assert queries.commitment(SYSTEM, other).state == "closed"
    assert parts(funds.bar()) == (99_700_00, 0, 0, 0, 300_00)
    assert sound() == []


def test_an_appeal_is_ruled_on_by_somebody_else_and_pays_the_rest(funds):
    """X04: dispute."""
    owner, finance, director = funds.owner["D1"], funds.people.finance, funds.people.director
    made = funds.committed()
    claim = funds.claim(made)
    line = queries.claim(SYSTEM, claim).lines.for_actor(SYSTEM).get()
    actions.approve(finance, claim_id=claim, lines=[actions.Verdict(line.pk, 500_00, "half of it")])
    actions.pay(funds.people.cashier, claim_ids=[claim])
    appeal = actions.appeal(owner, claim_id=claim, reason="the whole rack was ours")
    assert refused(actions.appeal, owner, claim_id=claim, reason="again") == "open"
    assert refused(actions.close, finance, commitment_id=made) == "open"
    again = replace(finance, may=frozenset({"*"}))
    assert (
        refused(actions.rule, again, appeal_id=appeal, verdict="upheld", answer="yes", granted_minor=1)
        == "four_eyes"
    )
    with pytest.raises(Refused) as no:
        actions.rule(director, appeal_id=appeal, verdict="upheld", answer="right", granted_minor=301_00)
    assert no.value.field == "granted_minor"
    actions.rule(director, appeal_id=appeal, verdict="upheld", answer="right", granted_minor=300_00)
    assert queries.claim(SYSTEM, claim).state == "approved"
    assert actions.pay(funds.people.cashier, claim_ids=[claim]) == 300_00
    assert (balance(funds), parts(funds.bar())) == (600_00, (99_400_00, 0, 0, 0, 600_00))
    assert sound() == []


def test_a_rejected_claim_may_be_appealed_too_and_silence_ends_it(funds):
    made = funds.committed()
    claim = funds.claim(made)
    assert refused(actions.reject, funds.people.finance, claim_id=claim, answer="") == "reason"
    actions.reject(funds.people.finance, claim_id=claim, answer="no rack to be seen")
    assert parts(funds.bar()) == (99_400_00, 0, 600_00, 0, 0)
    Claim.objects.unscoped("test").filter(pk=claim).update(decided_on=funds.today - timedelta(days=31))
    assert refused(actions.appeal, funds.owner["D1"], claim_id=claim, reason="but") == "late"


def test_low_risk_passes_by_itself_and_what_was_drawn_does_not(funds):
    """X04: sampling by risk."""
    kind = {"code": "display", "name": "陈列", "proofs": ["photo", "agreement"], "photos": 2, "auto_up_to": "500"}
    bands = [{"level": "low", "score": 0, "rate": "0"}, {"level": "high", "score": 40, "rate": "1"}]
    funds.publish("claim_types", kind="funds.claim_types", types=[kind], bands=bands)
    small = funds.claim(funds.committed(cost_minor=500_00), 500_00)
    large = funds.claim(funds.committed(), seed=1)
    bare = funds.claim(funds.committed(cost_minor=500_00), 500_00, proofs=[])
    rows = {pk: queries.claim(SYSTEM, pk) for pk in (small, large, bare)}
    assert [rows[pk].sampled for pk in rows] == [False, False, True]
    assert actions.pass_light(funds.people.finance) == [rows[small].number]
    assert [queries.claim(SYSTEM, pk).state for pk in rows] == ["approved", "submitted", "submitted"]
    assert queries.claim(SYSTEM, bare).risk == "high"


def test_whom_a_fund_is_for_what_it_pays_and_when_one_asks(funds):
    funds.publish("east", budget="1000", regions=["HD"], types=["advert"], notice_days=5)
    actions.budget(SYSTEM, fund="east", on=funds.today, reason="x")
    later = funds.today + timedelta(days=5)
    term = {"start": later, "end": later + timedelta(days=3)}
    assert refused(funds.ask, "D2", fund="east", kind="advert", **term) == "not_for"
    assert refused(funds.ask, "D1", fund="east", kind="display", **term) == "type"
    assert refused(funds.ask, "D1", fund="east", kind="advert") == "notice"
    assert refused(funds.ask, "D1", fund="nowhere") == "fund"
    assert funds.ask("D1", fund="east", kind="advert", **term)


def test_a_stranger_finds_nothing(funds):
    made = funds.committed()
    claim = funds.claim(made)
    stranger = funds.owner["D2"]
    for call, inputs in (
        (queries.commitment, (made,)),
        (queries.claim, (claim,)),
        (queries.proof, (queries.claim(SYSTEM, claim).proofs.for_actor(SYSTEM).first().pk,)),
    ):
        with pytest.raises(Missing):
            call(stranger, *inputs)
    for act, inputs in (
        (actions.withdraw, {"claim_id": claim}),
        (actions.submit, {"commitment_id": made, "costs": [actions.LineIn("x", 1)], "proofs": []}),
        (actions.appeal, {"claim_id": claim, "reason": "x"}),
    ):
        with pytest.raises(Missing):
            act(stranger, **inputs)
    with pytest.raises(Missing):
        funds.ask("D1", by=stranger)
    foreign = funds.file(b"x", "a.pdf", "application/pdf", "D2")
    with pytest.raises(Missing):
        funds.claim(funds.committed(), 1_00, proofs=[actions.ProofIn(foreign, "agreement")])
    assert Finding.objects.for_actor(stranger).count() == 0


def test_ageing_of_what_is_open(funds):
    """X04: ageing of commitments and of claims."""
    old, new = funds.committed(), funds.committed()
    Commitment.objects.unscoped("test").filter(pk=old).update(made_on=funds.today - timedelta(days=45))
    funds.claim(new, 500_00)
    found = {each.what: each for each in queries.ageing(SYSTEM, on=funds.today)}
    assert (found["commitments"].counts, found["commitments"].amounts) == ((1, 1, 0, 0), (300_00, 600_00, 0, 0))
    assert (found["claims"].counts, found["claims"].total) == ((1, 0, 0, 0), 300_00)
