"""The loader enters the whole story through the verbs of everybody, once."""

from collections import Counter, defaultdict
from itertools import pairwise

import pytest
from click.testing import CliRunner

from gongying.areas.imports import queries as imports
from gongying.areas.rewards import queries as rewards
from gongying.areas.rewards.models import Dispute
from gongying.books.money import read as money
from gongying.books.parties import read as parties
from gongying.books.trade.models import Line
from gongying.core.actor import SYSTEM
from gongying.core.doors import EVERYONE
from gongying.core.jobs.models import Job
from gongying.core.journal import book
from gongying.core.people.access import actor_for
from gongying.core.people.models import User
from gongying.core.refusal import Refused
from gongying.flows.demo.api import demo
from gongying.flows.demo.seeds import letters
from gongying.flows.demo.seeds.load import Loader, chunks, is_loaded
from gongying.flows.demo.seeds.logins import logins
from gongying.flows.demo.seeds.programmes import programmes, rounds, timetable
from gongying.flows.demo.seeds.story import Story

from .conftest import END, given_away, quiet


def test_every_line_arrives_and_the_right_version_stands(loaded: Loader, small: Story) -> None:
    wanted: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    last = {(sale.party, sale.document, sale.line): sale for sale in small.sales}
    for sale in last.values():
        for place, value in enumerate((sale.quantity, sale.net, sale.freight)):
            wanted[sale.level, sale.party][place] += value
    held: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    lines = Line.objects.unscoped("test").select_related("party").exclude(document__in=given_away())
    for line in lines:
        for place, value in enumerate((line.quantity, line.net_minor, line.freight_minor)):
            held[line.level, line.party.code][place] += value
    assert held == wanted
    kinds = Counter(line.kind for line in lines)
    assert kinds["reversal"] == len(small.truth.corrected_lines) > 0
    assert kinds["return"] == sum(sale.kind == "return" for sale in small.sales)


def test_people_sent_files_of_their_own(loaded: Loader, small: Story) -> None:
    sold, prices, counted = imports.batches(SYSTEM).order_by("id")
    assert (sold.kind, sold.state, sold.created) == ("sell_out", "done", len(letters.last_week(small)))
    assert sold.failed == 3, "an unknown product, a date that is none, a quantity in words"
    assert list(sold.errors.order_by("row").values_list("field", flat=True)) == [
        "product",
        "business_date",
        "quantity",
    ]
    assert (prices.kind, prices.state) == ("price_lists", "open")
    assert Job.objects.get(pk=prices.job_id).state == "queued", "the server works it off"
    assert (counted.kind, counted.state) == ("stock_declarations", "draft")
    line = Line.objects.unscoped("test").filter(batch_id=sold.pk).first()
    assert line is not None
    assert line.counterparty
    assert line.place


def test_the_diverted_goods_can_be_seen_in_the_books(loaded: Loader, small: Story) -> None:
    home = {seat.code: seat.city.province[:2] for seat in small.seats}
    rows = Line.objects.unscoped("test").filter(level="sell_out").values_list("party__code", "place")
    assert {code for code, place in rows if place[:2] != home[code]} == {small.truth.diverter}


def test_the_network_stands_in_its_places(loaded: Loader, small: Story) -> None:
    ids = parties.ids_by_code(seat.code for seat in small.seats)
    for seat in small.seats:
        assert parties.ancestors(ids[seat.code], small.start)[:1] == ([ids[seat.above]] if seat.above else [])
    east = {ids[seat.code] for seat in small.seats if seat.city.province[:2] in ("31", "32", "33", "34", "36")}
    regional = actor_for(User.objects.get(login="regional@gongying.demo"))
    assert regional.parties == east


def test_everybody_can_log_in(loaded: Loader) -> None:
    assert {login.role for login in loaded.people if login.headline} == set(EVERYONE)
    for login in loaded.people:
        user = User.objects.get(login=login.login)
        assert user.role == login.role
        assert user.check_password(login.password)


def test_settled_pending_and_disputed(loaded: Loader, small: Story) -> None:
    runs = list(rewards.runs(SYSTEM))
    states = Counter(run.state for run in runs)
    assert states["pending"] == 1
    assert states["posted"] >= 2
    statements = Counter(row.state for row in rewards.statements(SYSTEM))
    assert statements["disputed"] == 1
    disputed = next(row for row in rewards.statements(SYSTEM) if row.state == "disputed")
    assert disputed.party.code == small.truth.star
    ruled = Dispute.objects.unscoped("test").exclude(verdict="").get()
    assert (ruled.verdict, ruled.ruled_by, ruled.statement.state) == ("upheld", "finance@gongying.demo", "open")
    assert money.check() == []
    for run in runs:
        assert run.created_by == "director@gongying.demo"
        assert run.decided_by == ("finance@gongying.demo" if run.state == "posted" else "")


def test_the_journal_of_the_load_holds(loaded: Loader) -> None:
    while book.seal():
        pass
    assert book.verify().whole


def test_a_second_load_finds_it_there(loaded: Loader, small: Story) -> None:
    assert is_loaded(loaded.people)
    lines = Line.objects.unscoped("test").count()
    answer = CliRunner().invoke(demo, ["load", "--small", "--end", END.isoformat()])
    assert answer.exit_code == 0
    assert "admin@gongying.demo" in answer.stdout
    assert Line.objects.unscoped("test").count() == lines
    with pytest.raises(Refused) as no:
        Loader(small, quiet).everything()
    assert no.value.code == "unfinished"


def test_stretches_lose_nothing_and_keep_versions_apart(story: Story) -> None:
    stops = [each.day for each in rounds(story.start, story.end)]
    cut = list(chunks(story.sales, stops))
    assert [sale for _day, chunk in cut for sale in chunk] == story.sales
    for day, chunk in cut:
        assert chunk[0].known_on == day
        assert len({(sale.document, sale.line) for sale in chunk}) == len(chunk)
        assert not any(chunk[0].known_on <= stop < chunk[-1].known_on for stop in stops)


def test_programmes_begin_and_end_with_the_years(story: Story) -> None:
    annual = [each for each in programmes(story.start, story.end) if each.key == "annual"]
    assert [each.since.year for each in annual] == [2024, 2025, 2026]
    for early, late in pairwise(annual):
        assert early.until == late.since
    assert len({each.key for each in programmes(story.start, story.end)}) == 6


def test_one_settlement_waits_and_the_others_are_decided(story: Story) -> None:
    found = rounds(story.start, story.end)
    waiting = [each for each in found if not each.approved]
    assert [(each.programme, each.period) for each in waiting] == [("kitchen", "2026Q3")]
    assert [each.day for each in found] == sorted(each.day for each in found)
    assert [each.period for each in found if each.programme == "annual"] == ["2025"]
    assert sum(each.programme == "east" and each.period == "2026Q1" for each in found) == 2


def test_the_last_twelve_months_are_accrued_and_the_newest_waits(story: Story) -> None:
    found = [each for each in timetable(story.start, story.end) if not each.programme]
    assert len(found) == 12
    assert [each.period for each in found if not each.approved] == [found[-1].period]
    settled = {each.day for each in rounds(story.start, story.end)}
    assert not settled & {each.day for each in found}
    assert [each.period for each in found] == sorted(each.period for each in found)


def test_log_ins_do_not_depend_on_the_day(small: Story) -> None:
    assert logins(small.seats, 7) == logins(small.seats, 7)
    assert len({login.login for login in logins(small.seats, 7)}) == len(logins(small.seats, 7))
