"""The two years look like trade, and the truth that was hidden in them can be seen."""

from collections import defaultdict
from datetime import date, timedelta
from statistics import correlation, mean, median

import pytest

from gongying.flows.demo.seeds.festivals import SPRING, quarter_end
from gongying.flows.demo.seeds.geography import PROVINCES
from gongying.flows.demo.seeds.paper import Sale
from gongying.flows.demo.seeds.plans import attained
from gongying.flows.demo.seeds.simulate import Kind
from gongying.flows.demo.seeds.story import Story, begins, write

from .conftest import END


def right(story: Story) -> list[Sale]:
    """The lines as they finally stand: a corrected line only in its right version."""
    wrong = set(story.truth.corrected_lines)
    return [s for s in story.sales if s.revision == 2 or (s.document, s.line) not in wrong]


def units(story: Story, level: str, **narrow: object) -> dict[date, int]:
    found: dict[date, int] = defaultdict(int)
    for sale in right(story):
        if sale.level == level and all(getattr(sale, name) == value for name, value in narrow.items()):
            found[sale.day] += sale.quantity
    return found


def dealer_value(story: Story, sale: Sale) -> int:
    return sale.quantity * story.catalogue[sale.product].at(sale.day)[1]


def span(day: date, before: int, after: int) -> list[date]:
    return [day + timedelta(days=n) for n in range(before, after + 1)]


def test_same_arguments_same_story(small: Story) -> None:
    again = write(END, small=True)
    assert again.sales == small.sales
    assert again.declarations == small.declarations
    assert again.targets == small.targets
    assert again.truth == small.truth
    assert write(END, small=True, seed=2).sales != small.sales


@pytest.mark.parametrize("end", [date(2027, 1, 1), date(2028, 2, 29), date(2029, 3, 31)])
def test_a_story_can_end_on_any_day(end: date) -> None:
    told = write(end, small=True)
    assert max(sale.day for sale in told.sales) == end
    assert min(sale.day for sale in told.sales) == begins(end, small=True)
    assert all(sale.known_on <= end for sale in told.sales)


def test_size(story: Story, small: Story) -> None:
    assert 150_000 <= len(story.sales) <= 300_000
    assert (story.start, story.end) == (date(2024, 11, 1), END)
    assert 8 <= len(small.seats) <= 12
    assert {"stuffer", "fader", "diverter", "star"} <= {part.value for part in small.truth.parts.values()}


def test_double_eleven_and_618_stand_out(story: Story) -> None:
    sold = units(story, "sell_out")
    usual = mean(sold.values())
    assert sold[date(2025, 11, 11)] > 2.5 * usual
    assert sold[date(2026, 6, 18)] > 2 * usual
    assert sold[date(2025, 11, 11)] == max(sold[day] for day in span(date(2025, 11, 11), -60, 60))


def test_buying_runs_ahead_of_the_festivals(story: Story) -> None:
    bought = units(story, "sell_in")
    year = sum(n for day, n in bought.items() if day.year == 2025) / 12
    september_october = sum(n for day, n in bought.items() if (day.year, day.month) in ((2025, 9), (2025, 10))) / 2
    assert september_october > 1.2 * year


def test_spring_festival_stops_everything(story: Story) -> None:
    feast = SPRING[2026]
    sold, bought = units(story, "sell_out"), units(story, "sell_in")
    week, before = mean(sold[d] for d in span(feast, -2, 6)), mean(sold[d] for d in span(feast, -20, -8))
    assert week < 0.45 * before
    assert sum(bought.get(day, 0) for day in span(feast, -2, 6)) == 0


def test_weekends_sell_and_warehouses_rest(story: Story) -> None:
    by_day: dict[int, list[int]] = defaultdict(list)
    for day, n in units(story, "sell_out").items():
        by_day[day.weekday()].append(n)
    assert mean(by_day[5]) > 1.15 * mean(by_day[1])
    assert not any(day.weekday() > 4 for day in units(story, "sell_in"))


def test_fans_in_summer_heaters_in_winter(story: Story) -> None:
    months: dict[tuple[str, int], int] = defaultdict(int)
    for sale in right(story):
        if sale.level == "sell_out" and sale.day.year == 2025:
            months[story.catalogue[sale.product].category, sale.day.month] += sale.quantity
    assert months["FN", 7] > 6 * months["FN", 1]
    assert months["HT", 12] > 6 * months["HT", 7]


def test_yearly_revenue_and_unit_price(story: Story) -> None:
    year = [s for s in right(story) if s.level == "sell_in" and END - timedelta(days=365) < s.day]
    net, pieces = sum(s.net for s in year) / 100, sum(s.quantity for s in year)
    assert 4e8 < net < 8e8
    assert 150 < net / pieces < 400


def test_returns_are_about_one_percent(story: Story) -> None:
    for level in ("sell_in", "sell_out"):
        sold = sum(s.net for s in story.sales if s.level == level and s.kind == "sale" and s.revision == 1)
        back = -sum(s.net for s in story.sales if s.level == level and s.kind == "return")
        assert 0.006 < back / sold < 0.016
    assert all(s.quantity < 0 and s.net < 0 and s.origin for s in story.sales if s.kind == "return")


def test_provinces_sell_as_their_economies_do(story: Story) -> None:
    sold: dict[str, int] = defaultdict(int)
    for sale in right(story):
        if sale.level == "sell_out":
            sold[sale.place[:2] + "0000"] += dealer_value(story, sale)
    assert set(sold) == set(PROVINCES)
    assert max(sold, key=lambda adcode: sold[adcode]) in ("440000", "320000")
    assert sold["330000"] > sold["360000"] > sold["630000"]


def stock_at(story: Story, month_end: date) -> dict[str, int]:
    """Value of the declared stock by distributor, at dealer price."""
    held: dict[str, int] = defaultdict(int)
    for row in story.declarations:
        if row.month_end == month_end and row.closing:
            held[row.party] += row.closing * story.catalogue[row.product].at(month_end)[1]
    return held


def days_of_stock(story: Story, month_end: date) -> dict[str, float]:
    out: dict[str, int] = defaultdict(int)
    for sale in right(story):
        if sale.level != "sell_in" and month_end - timedelta(days=90) < sale.day <= month_end:
            out[sale.party] += dealer_value(story, sale)
    return {party: value / out[party] * 90 for party, value in stock_at(story, month_end).items()}


def test_stock_lasts_five_to_eight_weeks_and_the_stuffer_sits_on_more(story: Story) -> None:
    days = days_of_stock(story, date(2026, 9, 30))
    ordinary = [value for party, value in days.items() if party != story.truth.stuffer]
    assert 35 < median(ordinary) < 65
    assert days[story.truth.stuffer] > 1.5 * median(ordinary)
    assert days[story.truth.stuffer] > sorted(ordinary)[-3]


def quarter_end_share(story: Story) -> dict[str, float]:
    """Share of a distributor's purchases that falls into the last fifteen days of quarters."""
    late: dict[str, int] = defaultdict(int)
    whole: dict[str, int] = defaultdict(int)
    for sale in right(story):
        if sale.level == "sell_in" and sale.kind == "sale":
            whole[sale.party] += sale.net
            late[sale.party] += sale.net if (quarter_end(sale.day) - sale.day).days < 15 else 0
    return {party: late[party] / whole[party] for party in whole}


def test_the_stuffer_buys_when_quarters_end_and_sends_back_after(story: Story) -> None:
    share = quarter_end_share(story)
    others = [value for party, value in share.items() if party != story.truth.stuffer]
    assert share[story.truth.stuffer] > 0.38
    assert max(others) < 0.27
    back: dict[str, int] = defaultdict(int)
    bought: dict[str, int] = defaultdict(int)
    for sale in story.sales:
        if sale.level == "sell_in":
            (back if sale.kind == "return" else bought)[sale.party] += abs(sale.net)
    rate = {party: back[party] / bought[party] for party in bought}
    assert rate[story.truth.stuffer] > 1.8 * median(rate.values())


def test_the_fader_fades_and_the_star_rises(story: Story) -> None:
    half: dict[tuple[str, int], int] = defaultdict(int)
    for sale in right(story):
        if sale.level == "sell_out" and 4 <= sale.day.month <= 9:
            half[sale.party, sale.day.year] += dealer_value(story, sale)
    grown = {seat.code: half[seat.code, 2026] / half[seat.code, 2025] for seat in story.seats}
    assert grown[story.truth.fader] < 0.7
    assert grown[story.truth.fader] == min(grown.values())
    assert grown[story.truth.star] > 1.2
    plain = [code for code in grown if code not in (story.truth.fader, story.truth.diverter)]
    assert correlation([story.truth.growth[code] for code in plain], [grown[code] for code in plain]) > 0.75


def test_the_diverter_sells_where_it_has_no_business(story: Story) -> None:
    home: dict[str, str] = {seat.code: seat.city.province[:2] for seat in story.seats}
    strange: dict[str, int] = defaultdict(int)
    value, since = 0, story.truth.diverts_from + timedelta(days=60)
    for sale in right(story):
        if sale.level == "sell_out" and sale.kind == "sale":
            abroad = sale.place[:2] != home[sale.party]
            strange[sale.party] += abroad
            value += dealer_value(story, sale) if sale.party == story.truth.diverter and sale.day > since else 0
            if abroad:
                assert sale.day > story.truth.diverts_from
                assert sale.place in story.truth.diverts_to
    assert {party for party, n in strange.items() if n} == {story.truth.diverter}
    out = sum(
        dealer_value(story, s)
        for s in right(story)
        if s.kind == "sale" and s.level == "sell_out" and s.party == story.truth.diverter
        and s.day > since and s.place in story.truth.diverts_to
    )  # fmt: skip
    assert out / value == pytest.approx(story.truth.diverted_share, abs=0.08)


def test_new_products_sell_and_retired_ones_stop(story: Story) -> None:
    first: dict[int, date] = {}
    for sale in story.sales:
        first.setdefault(sale.product, sale.day)
        product = story.catalogue[sale.product]
        if sale.level == "sell_in" and sale.kind == "sale" and product.retire:
            assert sale.day <= product.retire + timedelta(days=16)
    assert all(
        first[p] >= product.launch for p, product in enumerate(story.catalogue) if product.launch and p in first
    )


def test_targets_are_within_reach_except_for_the_fader(story: Story) -> None:
    bought = attained(story.world)
    asked: dict[str, int] = defaultdict(int)
    got: dict[str, int] = defaultdict(int)
    for target in story.targets:
        assert target.amount > 0
        assert target.amount % 1_000_000 == 0
        if target.quarter == "2026Q3":
            asked[target.party] += target.amount
            got[target.party] += bought[target.party, target.category, target.quarter]
    assert 0.9 < sum(got.values()) / sum(asked.values()) < 1.15
    reached = {party: got[party] / asked[party] for party in asked}
    assert len(reached) == 50
    assert reached[story.truth.fader] == min(reached.values()) < 0.65
    assert reached[story.truth.star] > 1.1


def test_every_distributor_trades_on_its_level(story: Story) -> None:
    parties: dict[str, set[str]] = defaultdict(set)
    for sale in story.sales:
        parties[sale.level].add(sale.party)
    assert len(parties["sell_out"]) == 60
    assert parties["sell_in"] == {seat.code for seat in story.seats if seat.level != "county"}
    assert parties["sell_through"] == {seat.above for seat in story.seats if seat.above}
    assert any(event.kind is Kind.SELL_THROUGH for event in story.world.events)
