"""Programmes of every kind through the public verbs: gates, net-of, restated returns, closing, taking back, paying (C127 to C130)."""

from datetime import date

import pytest
from django.test import Client

from gongying.areas.rewards import actions, queries, rules
from gongying.areas.rewards.models import Replay, Run, Statement
from gongying.books.money import read as money
from gongying.books.trade import post as trade
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import action
from gongying.core.doors.door import ACTIONS
from gongying.core.people.access import sync_roles
from gongying.core.people.models import User, UserScope
from gongying.core.policies import actions as policies
from gongying.core.policies.models import PolicyVersion
from gongying.core.refusal import Missing, Refused

pytestmark = pytest.mark.django_db
FINANCE = Actor("finance", role="finance", may=frozenset({"*"}), parties=None)
FLAT = [{"start": "0", "end": None, "rate": "0.10"}]


@action(needs="tests.origin", roles=("admin",), name="tests.origin", exposed=False)
def _came_from(actor, *, days):
    return trade.came_from(actor, days, level="sell_in", source="test")


ACTIONS.pop("tests.origin", None)


def settle(key="annual", period="2026", **more):
    done = actions.settle(SYSTEM, programme=key, period=period, **more)
    if done.run_id:
        actions.approve(FINANCE, run_id=done.run_id)
    return done


def published(key, replayed, **document):
    version = policies.draft(
        SYSTEM, kind="rewards.programme", key=key, title=key, effective_from=date(2025, 1, 1),
        document={"method": "slab"} | document,
    )  # fmt: skip
    actions.replay(SYSTEM, version_id=version, period=replayed)
    policies.publish(SYSTEM, version_id=version)


def balance(network, code="D1"):
    return money.balance(SYSTEM, kind="rebate", holder_id=network.ids[code], currency="CNY")


def words_of(network, code="D1"):
    row = Statement.objects.unscoped("test").filter(party_id=network.ids[code]).order_by("-id").first()
    return queries.statement(SYSTEM, statement_id=row.pk)


def test_a_gate_that_does_not_hold_pays_nothing_and_says_why(network, programme, monkeypatch):
    asked = []

    def answer(whom, on, limit, currency):
        asked.append((on, limit, currency))
        return {party: rules.Answer(party != network.ids["D1"], "1,200.00") for party in whom}

    monkeypatch.setitem(
        rules.GATES, "overdue_below", rules.GateKind("overdue_below", "Nothing overdue", answer, "money")
    )
    network.sell(network.line("D1", 500), network.line("D2", 500))
    programme(tiers=FLAT, gates=[{"gate": "overdue_below", "limit": "100"}])
    settle()
    assert (balance(network, "D1"), balance(network, "D2")) == (0, 50_00)
    assert [(str(limit), currency) for _on, limit, currency in asked][-1] == ("100", "CNY")
    (row,) = [r for r in queries.calculate("annual", "2026").rows if r[0] == network.ids["D1"]]
    assert [part.code for part in row[3].parts] == ["ladder", "gate"]
    assert row[3].parts[1].inputs["gates"] == "overdue_below=1,200.00"


def test_a_gate_nobody_knows_cannot_be_published(network, programme):
    with pytest.raises(Refused, match="never_heard_of"):
        programme(tiers=FLAT, gates=[{"gate": "never_heard_of"}])
    with pytest.raises(Refused) as no:
        programme(key="limitless", tiers=FLAT, gates=[{"gate": "overdue_below"}])
    assert no.value.code == "limit"


def test_a_programme_is_net_of_another_whatever_is_settled_first(network, programme):
    network.sell(network.line("D1", 1000))
    programme(key="first", tiers=FLAT)
    programme(key="second", tiers=[{"start": "0", "end": None, "rate": "0.20"}], net_of=["first"])
    settle("second")
    settle("first")
    assert balance(network) == 180_00 + 100_00
    steps = {step.code: step for step in words_of(network).words}
    assert "net_of" not in steps  # the last statement is that of the first programme
    row = Statement.objects.unscoped("test").get(run__programme="second")
    net = next(step for step in queries.statement(SYSTEM, statement_id=row.pk).words if step.code == "net_of")
    assert "900.00" in net.value
    with pytest.raises(Refused) as no:
        programme(key="first", start=date(2027, 1, 1), tiers=FLAT, net_of=["second"])
    assert no.value.code == "circle"
    with pytest.raises(Refused) as no:
        programme(key="third", tiers=FLAT, net_of=["nobody"])
    assert no.value.code == "unknown"


@pytest.mark.parametrize(("how", "first", "second"), [("adjust", 100_00, 30_00), ("restate", 80_00, 50_00)])
def test_a_return_counts_where_the_policy_says(network, programme, how, first, second):
    network.sell(
        network.line("D1", 1000, date(2026, 3, 1), "S1"), network.line("D1", -200, date(2026, 4, 9), "R1", qty=-1)
    )
    network.sell(network.line("D1", 500, date(2026, 5, 1), "S2"))
    back = network.line("D1", -200, date(2026, 4, 9), "R1", qty=-1)
    assert _came_from(SYSTEM, days={back.key: date(2026, 3, 1)}) == 1
    programme(tiers=FLAT, period="quarter", returns=how)
    paid = [sum(r[3].entitled for r in queries.calculate("annual", code).rows) for code in ("2026Q1", "2026Q2")]
    assert paid == [first, second]
    settle(period="2026Q1")
    view = words_of(network)
    counted = queries.evidence(SYSTEM, Statement.objects.unscoped("test").get(pk=view.id))
    assert sorted(counted.values_list("document", flat=True)) == (["S1"] if how == "adjust" else ["R1", "S1"])


def test_a_corrected_return_moves_with_its_reversal(network, programme):
    network.sell(
        network.line("D1", 1000, date(2026, 3, 1), "S1"), network.line("D1", -200, date(2026, 4, 9), "R1", qty=-1)
    )
    back = network.line("D1", -200, date(2026, 4, 9), "R1", qty=-1)
    _came_from(SYSTEM, days={back.key: date(2026, 3, 1)})
    network.sell(network.line("D1", -300, date(2026, 4, 9), "R1", qty=-1))  # a correction: reversed and posted anew
    _came_from(SYSTEM, days={back.key: date(2026, 3, 1)})
    programme(tiers=FLAT, period="quarter", returns="restate")
    paid = [sum(r[3].entitled for r in queries.calculate("annual", code).rows) for code in ("2026Q1", "2026Q2")]
    assert paid == [70_00, 0]


def test_months_are_calculated_by_themselves_and_claimed_together(network, programme):
    """Each month has to reach 1,000 by itself; a quarter of 2,700 is not enough."""
    for month, yuan in ((1, 900), (2, 1100), (3, 700)):
        network.sell(network.line("D1", yuan, date(2026, month, 5), f"M{month}"))
    programme(tiers=[{"start": "1000", "end": None, "rate": "0.10"}], period="quarter", calculate="month")
    settle(period="2026Q1")
    assert balance(network) == 110_00
    said = [step.value for step in words_of(network).words if step.code == "period"]
    assert said == ["¥0.00", "¥110.00", "¥0.00"]


def test_a_contract_year_and_four_four_five_weeks_are_settled(network):
    network.sell(network.line("D1", 1000, date(2026, 3, 31), "A"), network.line("D1", 2000, date(2026, 4, 1), "B"))
    published("contract", "2025-04Y", tiers=FLAT, period="from_04")
    settle("contract", "2026-04Y")
    assert balance(network) == 200_00
    published("weeks", "2026R1", tiers=FLAT, period="q445")
    settle("weeks", "2026R1")  # 29 December 2025 to 29 March 2026
    assert balance(network) == 200_00
    settle("weeks", "2026R2")
    assert balance(network) == 200_00 + 300_00
    with pytest.raises(Refused) as no:
        settle("weeks", "2025Q2")
    assert no.value.code == "period_kind"


def test_a_period_settled_for_good_stays_closed_until_somebody_says_why(network, programme):
    network.sell(network.line("D1", 1000, date(2026, 2, 1)))
    programme(tiers=FLAT, period="quarter", wait_days=20)
    with pytest.raises(Refused) as no:
        settle(period="2026Q1", final=True, as_of=date(2026, 4, 20))
    assert no.value.code == "too_early"
    done = settle(period="2026Q1", final=True, as_of=date(2026, 4, 21))
    network.sell(network.line("D1", 500, date(2026, 3, 1), "late"))
    with pytest.raises(Refused) as no:
        settle(period="2026Q1")
    assert no.value.code == "closed"
    with pytest.raises(Refused):
        actions.reopen(FINANCE, run_id=done.run_id, reason=" ")
    actions.reopen(FINANCE, run_id=done.run_id, reason="Late invoice of March")
    assert settle(period="2026Q1").due_minor == 50_00
    assert Run.objects.get(pk=done.run_id).reopened_because == "Late invoice of March"


def test_what_the_account_does_not_cover_waits_and_is_taken_later(network, programme):
    network.sell(network.line("D1", 1000, date(2026, 2, 1), "S1"))
    programme(tiers=FLAT, period="quarter", claw_back="when_covered")
    settle(period="2026Q1")
    _spend(network, 70_00)
    network.sell(network.line("D1", -1000, date(2026, 3, 1), "R1", qty=-1))
    assert settle(period="2026Q1").due_minor == -30_00  # of 100 that are owed, 30 are there
    assert (balance(network), settle(period="2026Q1").run_id) == (0, None)
    network.sell(network.line("D1", 5000, date(2026, 4, 1), "S2"))
    settle(period="2026Q2")
    assert settle(period="2026Q1").due_minor == -70_00
    assert balance(network) == 500_00 - 70_00


@action(needs="tests.spend", roles=("admin",), name="tests.spend", exposed=False)
def _spent(actor, *, party_id, minor):
    from gongying.books.money import post

    house = post.open_accounts(actor, kind="rebate_expense", currency="CNY", holders=[None])[None]
    theirs = post.open_accounts(actor, kind="rebate", currency="CNY", holders=[party_id])[party_id]
    post.pay(actor, [post.Wanted("tests/spent", theirs, house, minor)], document="spent", on=date(2026, 3, 2))


ACTIONS.pop("tests.spend", None)


def _spend(network, minor):
    _spent(SYSTEM, party_id=network.ids["D1"], minor=minor)


def test_a_guarantee_that_runs_reads_what_the_earlier_periods_came_to(network, programme):
    network.sell(network.line("D1", 1200, date(2026, 2, 1), "A"), network.line("D1", 100, date(2026, 5, 1), "B"))
    programme(tiers=FLAT, period="quarter", guarantee="100", guarantee_runs=True)
    assert settle(period="2026Q1").due_minor == 120_00
    assert settle(period="2026Q2").due_minor == 80_00


def test_a_replay_of_months_is_kept_line_by_line_and_shared(network):
    network.sell(*[network.line("D1", 100 * m, date(2026, m, 5), f"D1-{m}") for m in range(1, 10)])
    network.sell(network.line("D2", 4000, date(2026, 8, 5), "D2"))
    version = policies.draft(
        SYSTEM, kind="rewards.programme", key="annual", title="年度", effective_from=date(2026, 1, 1),
        document={"method": "slab", "period": "quarter", "tiers": FLAT},
    )  # fmt: skip
    actions.replay(SYSTEM, version_id=version, period="2026-01..2026-08")  # two whole quarters lie in it
    kept = Replay.objects.get()
    assert (kept.after_minor, kept.distributors, kept.low_minor) == (210_00, 1, 210_00)
    actions.replay(SYSTEM, version_id=version, period="2026-01..2026-09")
    kept = Replay.objects.order_by("-id").first()
    lines = {line.party.code: line for line in queries.sheet(SYSTEM, kept.pk)[1]}
    assert {code: line.change_minor for code, line in lines.items()} == {"D1": 450_00, "D2": 400_00}
    assert kept.low_minor < kept.middle_minor < kept.high_minor  # 10 points more are answered by more volume
    theirs = Actor("d1", 1, "owner", frozenset({"rewards.view"}), frozenset({network.ids["D1"]}))
    with pytest.raises(Missing):
        queries.sheet(theirs, kept.pk)
    assert actions.share(SYSTEM, replay_id=kept.pk) == 2
    _kept, rows = queries.sheet(theirs, kept.pk)
    assert [row.party.code for row in rows] == ["D1"]
    stranger = Actor("x", 2, "owner", frozenset({"rewards.view"}), frozenset({10**9}))
    with pytest.raises(Missing):
        queries.sheet(stranger, kept.pk)


def test_the_linter_knows_the_law_contradictions_and_examples():
    def found(**more):
        document = rules.Programme.model_validate({"method": "slab", "tiers": FLAT} | more)
        return {each.code: each.level for each in rules.lint(document)}

    assert found(text="低于最低零售价销售的，取消返利")["resale_price"] == "error"
    assert found(text="No rebate below the minimum retail price")["resale_price"] == "error"
    assert "resale_price" not in found(text="按季度净进货额的 10% 返利")
    assert found(products=["P1"], without=["P1"])["contradiction"] == "error"
    assert found(examples=[{"base": "1000", "pays": "99"}])["example"] == "error"
    assert "example" not in found(examples=[{"base": "1000", "pays": "100"}])
    assert found(pays="fund")["pays_with"] == "error"
    cliff = [{"start": "0", "end": "10000", "rate": "0"}, {"start": "10000", "end": None, "rate": "0.02"}]
    assert found(tiers=cliff)["diversion"] == "warning"  # 200 for the last 1,000: a fifth of their value


def test_a_draft_is_warned_of_tiers_nobody_reaches_and_of_its_budget(network):
    network.sell(*[network.line("D1", 1000, date(2025, m, 5), f"D1-{m}") for m in range(1, 13)])
    tiers = [{"start": "0", "end": "90000", "rate": "0.10"}, {"start": "90000", "end": None, "rate": "0.20"}]
    version = policies.draft(
        SYSTEM, kind="rewards.programme", key="annual", title="年度", effective_from=date(2026, 1, 1),
        document={"method": "slab", "period": "year", "tiers": tiers, "budget": "1000"},
    )  # fmt: skip
    found = {each.code: each.level for each in policies.findings(PolicyVersion.objects.get(pk=version))}
    assert (found["reach"], found["budget"]) == ("warning", "warning")


def test_the_editor_keeps_every_field_and_tries_it_on_history(network, programme):
    sync_roles()
    user = User.objects.create_user("p", "x", name="planner", role="planner")
    UserScope.objects.create(user=user, kind="all", key="")
    browser = Client()
    browser.force_login(user)
    network.sell(*[network.line("D1", 1000, date(2026, m, 5), f"D1-{m}") for m in range(1, 10)])
    programme(key="base", tiers=FLAT, period="quarter")
    form = {
        "title": "冲量", "title_en": "Push", "key": "push", "from": "2027-01-01", "to": "", "method": "excess", "basis": "value", "event": "invoiced",
        "period": "quarter", "calculate": "month", "currency": "CNY", "measure": "target", "returns": "restate", "net_of": "base", "start": ["100", "110"],
        "end": ["110", ""], "rate": ["2", "5"], "gates.gate": ["overdue_below", ""], "gates.limit": ["5000", ""], "turnover_benchmark": "45",
        "turnover_slope": "0.5", "turnover_low": "80", "turnover_high": "120", "turnover_unknown": "low", "pays": "fund", "pays_with": "mdf",
        "claw_back": "when_covered", "wait_days": "15", "budget": "90000", "text": "超额奖励", "examples.base": ["120"], "examples.against": ["100"],
        "examples.pays": ["1"], "guarantee": "", "base_cap": "", "payout_cap": "5000",
    }  # fmt: skip
    answer = browser.post("/rewards/programmes/new/", form)
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    row = PolicyVersion.objects.get(key="push")
    document = queries.document_of_version(row)
    assert rules.Programme.model_validate(rules.from_form(rules.form_of(document))) == document
    assert (str(document.turnover.low), document.turnover.unknown) == ("0.8", "low")
    assert (document.gates[0].gate, str(document.tiers[1].start)) == ("overdue_below", "1.1")
    page = browser.get(f"/rewards/programmes/{row.pk}/edit/").content.decode()
    assert 'value="110"' in page
    assert "超额奖励" in page
    tried = browser.post("/rewards/programmes/preview/", {"key": "base", "method": "slab", "basis": "value", "period": "quarter", "currency": "CNY", "measure": "base", "start": ["0"], "end": [""], "rate": ["20"]})  # fmt: skip
    assert "2026Q3" in tried.content.decode()
    assert "600.00" in tried.content.decode()  # 20 % of the 3,000 of the third quarter
