"""Pieces and fen: what comes in, goes out and is counted agrees, except where the truth says otherwise."""

from collections import Counter, defaultdict

from gongying.flows.demo.seeds.paper import FREE_FREIGHT, TAX_PERCENT
from gongying.flows.demo.seeds.simulate import Kind
from gongying.flows.demo.seeds.story import Story


def test_no_warehouse_ever_gives_what_it_does_not_have(story: Story) -> None:
    held = {(place, p): n for place, stock in enumerate(story.world.opening) for p, n in stock.items()}
    for event in story.world.events:
        into = event.kind in (Kind.SELL_IN, Kind.SELL_OUT_RETURN)
        held[event.place, event.product] += event.quantity if into else -event.quantity
        assert held[event.place, event.product] >= 0
        if event.kind is Kind.SELL_THROUGH:
            held[event.other, event.product] += event.quantity
    for shelf in story.world.shelves:
        assert [held[shelf.place, p] for p in shelf.products] == shelf.stock


def test_declarations_explain_themselves_except_the_miscounted(story: Story) -> None:
    wrong = set(story.truth.miscounted)
    assert wrong <= set(story.declarations)
    for row in story.declarations:
        assert (row.opening + row.received - row.issued == row.closing) == (row not in wrong)


def test_declarations_agree_with_the_documents(story: Story) -> None:
    """received − issued of a month is what the booked lines of that month say (right versions)."""
    corrected = set(story.truth.corrected_lines)
    moved: dict[tuple[str, str, int], int] = defaultdict(int)
    for sale in story.sales:
        if sale.revision == 1 and (sale.document, sale.line) in corrected:
            continue
        month = sale.day.strftime("%Y-%m")
        moved[sale.party, month, sale.product] += sale.quantity if sale.level == "sell_in" else -sale.quantity
        if sale.level == "sell_through":
            moved[sale.buyer, month, sale.product] += sale.quantity
    for row in story.declarations:
        assert moved[row.party, row.month_end.strftime("%Y-%m"), row.product] == row.received - row.issued


def test_one_distributor_is_silent_this_month(story: Story) -> None:
    last = max(row.month_end for row in story.declarations)
    assert {seat.code for seat in story.seats} - {
        row.party for row in story.declarations if row.month_end == last
    } == {story.truth.silent}


def test_sell_in_comes_in_whole_cases(story: Story) -> None:
    for event in story.world.events:
        if event.kind is Kind.SELL_IN:
            assert event.quantity % story.catalogue[event.product].case == 0


def test_lines_are_named_once_and_priced_from_the_list(story: Story) -> None:
    keys = Counter((sale.level, sale.party, sale.document, sale.line, sale.revision) for sale in story.sales)
    assert max(keys.values()) == 1
    assert max(len(sale.document) for sale in story.sales) <= 24
    corrected = set(story.truth.corrected_lines)
    for sale in story.sales:
        if sale.kind == "sale":
            assert 0 <= sale.discount < sale.gross
            assert abs(sale.tax * 100 - sale.net * TAX_PERCENT) <= 50 or (sale.document, sale.line) in corrected
            if sale.level == "sell_in":
                assert sale.gross == sale.quantity * story.catalogue[sale.product].at(sale.day)[1]


def test_freight_is_for_small_deliveries_and_adds_up(story: Story) -> None:
    gross: dict[str, int] = defaultdict(int)
    freight: dict[str, int] = defaultdict(int)
    corrected = set(story.truth.corrected_lines)
    for sale in story.sales:
        if sale.level == "sell_in" and sale.kind == "sale":
            if sale.revision == 1 and (sale.document, sale.line) in corrected:
                continue
            gross[sale.document] += sale.gross
            freight[sale.document] += sale.freight
    for document, value in gross.items():
        assert freight[document] == (0 if value >= FREE_FREIGHT else max(6_000, value * 12 // 1000))


def test_late_papers_and_corrections(story: Story) -> None:
    late = set(story.truth.late_documents)
    assert len(late) > 200
    for sale in story.sales:
        assert sale.known_on >= sale.day
        if sale.revision == 1 and (sale.known_on - sale.day).days > 1:
            assert sale.document in late
    versions: dict[tuple[str, int], list[int]] = defaultdict(list)
    for sale in story.sales:  # in the order they became known
        versions[sale.document, sale.line].append(sale.revision)
    twice = {key for key, seen in versions.items() if seen == [1, 2]}
    assert twice == set(story.truth.corrected_lines)
    assert len(twice) > 80
    crossing = [
        s for s in story.sales if s.document in late and s.known_on.strftime("%Y%m") > s.day.strftime("%Y%m")
    ]
    assert crossing  # some reach the books after their month was closed
