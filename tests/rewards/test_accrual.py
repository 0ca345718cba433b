"""Accrual of rebates at the end of a month: the estimate, the catch-up, what a settlement uses up, the books. C129, X05, X41."""

import json
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from runs import FINANCE, publish

from gongying.areas.rewards import actions
from gongying.areas.rewards.actions import accruing
from gongying.areas.rewards.models import AccrualLine, AccrualRun, Statement
from gongying.areas.rewards.queries import accrual_sound, accruals, estimating
from gongying.books.money import read as money
from gongying.core.actor import SYSTEM, Actor
from gongying.core.closing import actions as closing
from gongying.core.policies import actions as policies
from gongying.core.refusal import Missing, Refused

pytestmark = pytest.mark.django_db
OTHER = Actor("other", role="finance", may=frozenset({"*"}), parties=None)
RETRO = [{"start": "0", "end": "601", "rate": "0"}, {"start": "601", "rate": "48"}]


def accrued(month, **more):
    """Accrue a month and approve it; what it adds to the expense."""
    done = accruing.accrue(FINANCE, month=month, **more)
    if done.run_id:
        accruing.approve_accrual(OTHER, run_id=done.run_id)
    return done.change_minor.get("CNY", 0)


def liability(kind="refund_liability"):
    return sum(row.balance_minor for row in money.accounts(SYSTEM, kind=kind))


def expense(kind="rebate_expense"):
    return -sum(row.balance_minor for row in money.accounts(SYSTEM, kind=kind))


def sound():
    return [*accrual_sound.accruals_follow(), *accrual_sound.liabilities_match(), *money.check()]


def policy(since=date(2026, 1, 1), **document):
    version = policies.draft(
        SYSTEM, kind="rewards.accrual", key="rewards.accrual", title="计提", document=document, effective_from=since
    )
    policies.publish(SYSTEM, version_id=version)


def newest():
    return AccrualLine.objects.unscoped("test").latest("id")


# --- the estimate ---------------------------------------------------------------------------------------------------


def test_F9_on_the_real_books(network):
    """480 a piece, 432 retroactively above 600 a year: nothing while it is not expected, all caught up when it is."""
    publish(key="retro", document={"method": "per_unit", "basis": "quantity", "period": "year", "tiers": RETRO})
    policy(method="most_likely", scenarios=[{"share": "1", "probability": "1"}])
    network.sell(network.line(qty=75, yuan=75 * 480, on=date(2026, 2, 10)))
    assert accrued("2026-03") == 0
    network.sell(network.line(qty=225, yuan=225 * 480, on=date(2026, 5, 10), doc="A2"))
    assert accrued("2026-06") == 0  # 300 in half a year are 600 in all by days: just not above
    network.sell(network.line(qty=10, yuan=10 * 480, on=date(2026, 6, 20), doc="A3"))
    assert accrued("2026-06") == 310 * 48 * 100
    assert (liability(), expense()) == (310 * 48_00, 310 * 48_00)
    assert sound() == []


def test_the_season_of_last_year_tells_where_the_year_ends(network):
    """Half of last year was sold in the last two months: ten twelfths of the days are half of the season."""
    publish(key="year", since=date(2025, 1, 1), document={"period": "year", "tiers": [{"start": "0", "end": "1500", "rate": "0"}, {"start": "1500", "rate": "0.02"}]})  # fmt: skip
    policy(method="most_likely", scenarios=[{"share": "1", "probability": "1"}])
    for month in range(1, 13):
        network.sell(network.line(yuan=100 if month < 11 else 500, on=date(2025, month, 15), doc=f"L{month}"))
    network.sell(network.line(yuan=800, on=date(2026, 10, 15), doc="N"))
    accrued("2026-10")
    line, told = newest(), json.loads(newest().derivation)
    assert (told["pace"]["by"], told["pace"]["season"], told["pace"]["passed"]) == ("season", "own", "0.500000")
    assert (line.base, line.final_base, line.expected_minor) == (800_00, 1600_00, 32_00)
    assert line.earned_minor == line.closing_minor == 16_00  # half of it is sold


def test_expected_value_with_the_constraint_is_explained_in_parts(network, programme):
    programme()  # 1 % to 10,000, 2 % to 50,000, 3 %
    shares = [("0", "0.25"), ("1", "0.5"), ("2", "0.25")]
    scenarios = [{"share": share, "probability": p} for share, p in shares]
    policy(scenarios=scenarios, likely="0.7", significant="0")
    network.sell(network.line(yuan=6000, on=date(2026, 6, 30)))
    network.sell(network.line(yuan=83, on=date(2026, 7, 1), doc="A2"))  # after the day: not known of it
    accrued("2026-06")
    line, told = newest(), json.loads(newest().derivation)
    assert told["outcomes"] == [[6000_00, 60_00, "0.25"], [12000_00, 240_00, "0.5"], [18000_00, 360_00, "0.25"]]
    assert told["unconstrained"] == 225_00  # 15 + 120 + 90
    assert (told["constrained"], told["kept"], line.expected_minor) == (True, "0.75", 240_00)
    assert (line.base, line.final_base, line.earned_minor) == (6000_00, 12000_00, 120_00)


def test_a_stricter_constraint_accrues_more_and_what_is_not_significant_does_not_count(network, programme):
    programme()
    network.sell(network.line(yuan=6000, on=date(2026, 6, 30)))

    def accruing_with(**document):
        policy(**document)
        (row,) = estimating.estimated("2026-06").rows
        return row.expected_minor, json.loads(row.derivation)["constrained"]

    plain, held = accruing_with(significant="0.1"), accruing_with(significant="0", likely="0.95")
    assert held[0] > plain[0]
    assert (plain[1], held[1]) == (False, True)


# --- the entries ----------------------------------------------------------------------------------------------------


def test_only_the_difference_is_booked_and_again_changes_nothing(network, programme):
    programme(period="quarter", tiers=[{"start": "0", "rate": "0.01"}])
    network.sell(network.line(yuan=9000, on=date(2026, 7, 15)))
    assert accrued("2026-07") == 90_00
    assert accruing.accrue(FINANCE, month="2026-07").run_id is None
    network.sell(network.line(yuan=1000, on=date(2026, 8, 15), doc="A2"), network.line(yuan=-500, qty=-1, on=date(2026, 8, 20), doc="R1"))  # fmt: skip
    assert accrued("2026-08") == 5_00
    line = newest()
    assert (line.opening_minor, line.accrued_minor, line.closing_minor) == (90_00, 5_00, 95_00)
    assert sound() == []


def test_a_settlement_uses_the_liability_first_and_the_rest_is_released(network, programme):
    programme(period="quarter", tiers=[{"start": "0", "rate": "0.01"}])
    network.sell(network.line(yuan=9000, on=date(2026, 7, 15)))
    accrued("2026-08")
    network.sell(network.line(yuan=-1000, qty=-1, on=date(2026, 9, 20), doc="R1"))
    done = actions.settle(SYSTEM, programme="annual", period="2026Q3")
    actions.approve(FINANCE, run_id=done.run_id)
    assert expense() == 90_00 + 80_00  # both, until the liability is used
    accrued("2026-09")
    line = newest()
    assert (line.opening_minor, line.accrued_minor, line.used_minor, line.released_minor, line.closing_minor) == (90_00, 0, -80_00, -10_00, 0)  # fmt: skip
    assert (liability(), expense()) == (0, 80_00)
    assert sound() == []


def test_a_settlement_can_be_taken_off_at_once_dated_as_itself(network, programme):
    programme(period="quarter", tiers=[{"start": "0", "rate": "0.01"}])
    network.sell(
        network.line(yuan=9000, on=date(2026, 7, 15)), network.line("D2", yuan=500, on=date(2026, 7, 15), doc="B1")
    )
    accrued("2026-08")
    done = actions.settle(SYSTEM, programme="annual", period="2026Q3")
    with pytest.raises(Missing):
        accruing.reverse_accrual(FINANCE, run_id=done.run_id)
    actions.approve(FINANCE, run_id=done.run_id)
    used = accruing.reverse_accrual(FINANCE, run_id=done.run_id)
    assert (used.lines, used.change_minor) == (2, {"CNY": -95_00})
    accruing.approve_accrual(OTHER, run_id=used.run_id)
    run = AccrualRun.objects.get(pk=used.run_id)
    assert (run.kind, run.document, run.business_date) == ("use", done.number, date(2026, 9, 30))
    assert accruing.reverse_accrual(FINANCE, run_id=done.run_id).run_id is None
    assert (liability(), expense()) == (0, 95_00)
    assert accruing.accrue(FINANCE, month="2026-09").run_id is None  # nothing is left to use twice
    assert sound() == []


def test_a_claw_back_is_no_use_and_what_is_owed_again_is_accrued_again(network, programme):
    programme(period="quarter", tiers=[{"start": "0", "rate": "0.01"}])
    network.sell(network.line(yuan=9000, on=date(2026, 7, 15)))
    actions.approve(
        FINANCE, run_id=actions.settle(SYSTEM, programme="annual", period="2026Q3", as_of=date(2026, 7, 31)).run_id
    )
    assert accrued("2026-07") == 0
    network.sell(network.line(yuan=-4000, qty=-1, on=date(2026, 8, 20), doc="R1"))
    assert accrued("2026-08") == 0  # paid more than is earned: no asset before it is taken back
    network.sell(network.line(yuan=7000, on=date(2026, 9, 20), doc="A2"))
    assert accrued("2026-09") == 30_00
    assert sound() == []


def test_a_later_month_is_not_overtaken_by_an_earlier_one(network, programme):
    programme(period="quarter", tiers=[{"start": "0", "rate": "0.01"}])
    network.sell(network.line(yuan=9000, on=date(2026, 7, 15)))
    accrued("2026-08")
    with pytest.raises(Refused) as no:
        accruing.accrue(FINANCE, month="2026-07")
    assert (no.value.code, no.value.field) == ("later", "month")
    for month, code in (("2026Q3", "month"), ("2099-01", "not_over"), ("nonsense", "period")):
        with pytest.raises(Refused) as no:
            accruing.accrue(FINANCE, month=month)
        assert no.value.code == code


def test_nobody_approves_his_own_and_only_one_waits(network, programme):
    programme(period="quarter", tiers=[{"start": "0", "rate": "0.01"}])
    network.sell(network.line(yuan=9000, on=date(2026, 7, 15)))
    done = accruing.accrue(FINANCE, month="2026-07")
    assert (liability(), expense()) == (0, 0)
    for verb, code in ((lambda: accruing.approve_accrual(FINANCE, run_id=done.run_id), "four_eyes"), (lambda: accruing.accrue(OTHER, month="2026-07"), "pending")):  # fmt: skip
        with pytest.raises(Refused) as no:
            verb()
        assert no.value.code == code
    accruing.void_accrual(OTHER, run_id=done.run_id)
    assert AccrualRun.objects.get(pk=done.run_id).state == "void"
    with pytest.raises(Refused) as no:
        accruing.approve_accrual(OTHER, run_id=done.run_id)
    assert no.value.code == "decided"
    assert accrued("2026-07") == 90_00
    assert sound() == []


def test_a_closed_month_takes_no_accrual_X41(network, programme):
    programme(period="quarter", tiers=[{"start": "0", "rate": "0.01"}])
    network.sell(network.line(yuan=9000, on=date(2026, 7, 15)))
    closing.close(FINANCE, month="2026-07")
    with pytest.raises(Refused) as no:
        accruing.accrue(FINANCE, month="2026-07")
    assert no.value.code == "closed"
    assert AccrualRun.objects.count() == 0
    assert accrued("2026-08") == 90_00


def test_the_accounts_of_a_movement_stay_those_of_the_first(network, programme):
    programme(period="quarter", tiers=[{"start": "0", "rate": "0.01"}])
    network.sell(network.line(yuan=9000, on=date(2026, 7, 15)))
    accrued("2026-07")
    policy(since=date(2026, 8, 1), liability="contract_liability", expense="accrual_expense")
    network.sell(network.line(yuan=1000, on=date(2026, 8, 15), doc="A2"), network.line("D2", yuan=500, on=date(2026, 8, 15), doc="B1"))  # fmt: skip
    accrued("2026-08")
    assert (liability(), liability("contract_liability")) == (100_00, 5_00)
    assert (expense(), expense("accrual_expense")) == (100_00, 5_00)
    assert sound() == []


# --- the movement table ---------------------------------------------------------------------------------------------


def test_opening_accrued_used_released_closing_by_month(network, programme):
    programme(period="quarter", tiers=[{"start": "0", "rate": "0.01"}])
    network.sell(
        network.line(yuan=9000, on=date(2026, 7, 15)), network.line("D2", yuan=500, on=date(2026, 7, 15), doc="B1")
    )
    accrued("2026-07")
    network.sell(network.line(yuan=1000, on=date(2026, 8, 15), doc="A2"))
    accrued("2026-08")
    july, august = (accruals.movement(SYSTEM, month) for month in ("2026-07", "2026-08"))
    assert [(row.code, row.opening_minor, row.accrued_minor, row.closing_minor) for row in july] == [("D1", 0, 90_00, 90_00), ("D2", 0, 5_00, 5_00)]  # fmt: skip
    assert [(row.code, row.opening_minor, row.accrued_minor, row.closing_minor) for row in august] == [("D1", 90_00, 10_00, 100_00), ("D2", 5_00, 0, 5_00)]  # fmt: skip
    assert accruals.accrual_movement(SYSTEM, month="2026-08", limit=1)[0].closing_minor == 100_00
    mine = Actor("r", role="finance", may=frozenset({"*"}), parties=frozenset({network.ids["D2"]}))
    assert [row.code for row in accruals.movement(mine, "2026-08")] == ["D2"]


def test_fsck_finds_a_line_that_was_changed_by_hand(network, programme, tamper):
    programme(period="quarter", tiers=[{"start": "0", "rate": "0.01"}])
    network.sell(network.line(yuan=9000, on=date(2026, 7, 15)))
    accrued("2026-07")
    rows = AccrualLine.objects.unscoped("test")
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(closing_minor=1)
    rows.update(closing_minor=91_00, accrued_minor=91_00)
    assert [fault[:1] + fault[3:] for fault in accrual_sound.liabilities_match()] == [
        ("refund_liability", 91_00, 90_00)
    ]
    rows.update(closing_minor=95_00, opening_minor=4_00)
    assert [fault[4:] for fault in accrual_sound.accruals_follow()] == [(0, 4_00)]


@pytest.mark.parametrize(
    ("document", "found"),
    [
        ({"likely": "0.6"}, {"likely"}),
        (
            {"scenarios": [{"share": "0.5", "probability": "0.5"}, {"share": "0.9", "probability": "0.5"}]},
            {"one_side"},
        ),
        ({"scenarios": [{"share": "1", "probability": "1"}]}, {"single"}),
        ({}, set()),
    ],
)
def test_the_linter_of_the_policy(document, found):
    version = policies.draft(SYSTEM, kind="rewards.accrual", key="rewards.accrual", title="x", document=document, effective_from=date(2026, 1, 1))  # fmt: skip
    from gongying.core.policies import read

    assert {each.code for each in policies.findings(read.version(version))} == found


def test_a_policy_whose_probabilities_do_not_sum_to_one_is_none():
    with pytest.raises(Refused, match="sum to 1"):
        policy(scenarios=[{"share": "1", "probability": "0.9"}])


def test_another_method_in_the_middle_of_a_year_is_said():
    policy()
    version = policies.draft(SYSTEM, kind="rewards.accrual", key="rewards.accrual", title="x", document={"programmes": {"annual": {"method": "most_likely"}}}, effective_from=date(2026, 7, 1))  # fmt: skip
    from gongying.core.policies import read

    assert "method" in {each.code for each in policies.findings(read.version(version))}


def test_settled_statements_are_never_touched(network, programme):
    programme(period="quarter", tiers=[{"start": "0", "rate": "0.01"}])
    network.sell(network.line(yuan=9000, on=date(2026, 7, 15)))
    actions.approve(FINANCE, run_id=actions.settle(SYSTEM, programme="annual", period="2026Q3").run_id)
    before = list(Statement.objects.unscoped("test").values())
    accrued("2026-09")
    assert list(Statement.objects.unscoped("test").values()) == before
