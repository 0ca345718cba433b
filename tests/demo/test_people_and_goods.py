"""The invented names and numbers are well formed, distinct and nobody's."""

import csv
from datetime import date
from pathlib import Path

import chinese_calendar
import pytest
from stdnum import ean
from stdnum.cn import uscc

from gongying.flows.demo.seeds import codes, festivals
from gongying.flows.demo.seeds.geography import AREAS, CITIES, PROVINCES, area_of
from gongying.flows.demo.seeds.network import Level
from gongying.flows.demo.seeds.story import Story

DIVISIONS = Path(__file__).parents[3] / "shared/data/cn_codes/divisions"


def test_sixty_distributors_in_three_levels_and_seven_regions(story: Story) -> None:
    by_code = {seat.code: seat for seat in story.seats}
    order = list(Level)
    assert len(by_code) == 60
    assert {seat.level for seat in story.seats} == set(Level)
    assert {area_of(seat.city.adcode) for seat in story.seats} == set(AREAS)
    for seat in story.seats:
        if seat.above:
            assert order.index(by_code[seat.above].level) < order.index(seat.level)
    assert all(seat.above for seat in story.seats if seat.level is Level.COUNTY)
    chain = next(seat for seat in story.seats if seat.city.name == "昆山")
    assert by_code[by_code[chain.above].above].city.name == "南京"


def test_divisions_are_real_places() -> None:
    if not DIVISIONS.exists():
        pytest.skip("../shared/data/cn_codes is absent")
    rows = [
        row
        for name in ("provinces", "cities", "areas")
        for row in csv.DictReader((DIVISIONS / f"{name}.csv").open())
    ]
    real = {row["code"].ljust(6, "0"): row["name"] for row in rows}
    assert all(real[province.adcode] == province.full for province in PROVINCES.values())
    assert len(PROVINCES) == 31
    for city in CITIES.values():
        if real[city.adcode] != "市辖区":
            assert real[city.adcode].startswith(city.name), city


def test_credit_codes_are_valid_and_belong_to_nobody(story: Story) -> None:
    numbers = {company.credit_code for company in story.companies.values()}
    assert len(numbers) == 60
    for number in numbers:
        assert uscc.is_valid(number)
        assert codes.organisation_code(number[8:16]) == number[8:17]
        assert number[2:4] == codes.FICTITIOUS_DIVISION
        assert number[2:4] + "0000" not in PROVINCES


def test_companies_are_distinct_in_both_languages(story: Story) -> None:
    for field in ("name", "name_en", "short", "phone", "address"):
        assert len({getattr(company, field) for company in story.companies.values()}) == 60, field
    for company in story.companies.values():
        assert company.phone.startswith(codes.FICTITIOUS_MOBILE)
        assert len(company.phone) == 11
        assert (company.name_en + company.address_en + company.contact_en).isascii()


def test_four_hundred_products_with_barcodes_packs_and_prices(story: Story) -> None:
    catalogue = story.catalogue
    assert len({product.code for product in catalogue}) == 400
    assert len({product.name for product in catalogue}) == len({product.name_en for product in catalogue}) == 400
    barcodes = [number for product in catalogue for number in (product.barcode, product.case_barcode)]
    assert len(set(barcodes)) == 800
    assert all(ean.is_valid(number) and number.startswith(codes.COMPANY_PREFIX) for number in barcodes)
    for product in catalogue:
        assert product.case >= 1
        assert product.safety_stock > 0
        assert product.safety_stock % product.case == 0
        dates = [since for since, _listed, _dealer in product.prices]
        assert dates == sorted(set(dates))
        assert all(product.cost < dealer < listed for _since, listed, dealer in product.prices)
    assert sum(len(product.prices) > 1 for product in catalogue) > 100
    assert sum(product.launch is not None for product in catalogue) == 36


@pytest.mark.parametrize("year", range(2020, 2027))
def test_spring_festival_agrees_with_the_public_calendar(year: int) -> None:
    day = festivals.SPRING[year]
    assert chinese_calendar.get_holiday_detail(day) == (True, "Spring Festival")
    assert festivals.days_from_spring(day) == 0
    assert not festivals.is_working(day)


def test_an_unknown_chinese_year_is_said_plainly() -> None:
    with pytest.raises(ValueError, match="2060"):
        festivals.days_from_spring(date(2060, 3, 1))


def test_seasons_average_one_over_a_year() -> None:
    for category in ("RC", "FN", "HT", "AP", "RV"):
        year = [festivals.factor(category, date.fromordinal(date(2026, 1, 1).toordinal() + n)) for n in range(365)]
        assert sum(year) / 365 == pytest.approx(1, abs=0.03)
