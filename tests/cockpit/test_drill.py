"""Every number drills to its rows: a figure's parts lead on until the lines of a distributor, and the lines add up."""

import csv
import io
import re
from datetime import date
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client

from gongying.core.people.access import sync_roles
from gongying.core.people.models import User, UserScope

pytestmark = pytest.mark.django_db
ROW = re.compile(
    r'<tr>\s*<td><a[^>]*href="([^"]+)"[^>]*>([^<]+)</a></td>.*?<span class="figure">([^<]+)</span>', re.DOTALL
)


@pytest.fixture
def director(network):
    sync_roles()
    user = User.objects.create_user("director", "x", name="x", role="director")
    UserScope.objects.create(user=user, kind="all", key="")
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(user)
    network.sell(
        network.line("D1", 100, date(2026, 1, 5), "A", "P1"),
        network.line("D1", 40, date(2026, 2, 5), "B", "P1"),
        network.line("D1", 7, date(2026, 2, 6), "C", "P2"),
        network.line("D1", -3, date(2026, 2, 7), "D", "P2", -1),
        network.line("D2", 900, date(2026, 2, 5), "E", "P1"),
    )
    return browser


def parts(browser, address):
    """Where the parts of a figure lead, by name, with what they show."""
    page = browser.get(address, headers={"x-panel": "1"}).content.decode()
    found = {name: (unescape(href), shown) for href, name, shown in ROW.findall(page)}
    assert found, page
    return found


def total(browser, address):
    """What the lines of a page add up to, as its file has them."""
    text = browser.get(f"{address}{'&' if '?' in address else '?'}export=csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    return sum(Decimal(row["Net"]) for row in rows)


def amount(shown):
    return Decimal(shown.replace("¥", "").replace(",", ""))


@pytest.mark.parametrize("grain", ["region", "category", "month"])
def test_a_part_leads_to_distributors_and_they_to_lines_that_add_up(director, grain):
    address = f"/cockpit/figures/sell_in/?by={grain}&from=2026-01-01&to=2026-12-31"
    found = parts(director, address)
    assert sum(amount(shown) for _href, shown in found.values()) == 1044
    for name, (href, shown) in found.items():
        below = parts(director, href)
        assert sum(amount(each) for _href, each in below.values()) == amount(shown), name
        for lines, each in below.values():
            assert lines.startswith("/cockpit/distributors/")
            if grain != "region":  # the lines of a region's distributor are all of his
                assert total(director, lines) == amount(each), (name, lines)


def test_a_figure_of_one_distributor_leads_straight_to_his_lines(director, network):
    found = parts(director, "/cockpit/figures/sell_in/?by=category&party=D1&from=2026-01-01&to=2026-12-31")
    for href, shown in found.values():
        assert href.startswith(f"/cockpit/distributors/{network.ids['D1']}/lines/?group=")
        assert total(director, href) == amount(shown)


def test_only_grains_a_figure_has_are_offered(director):
    page = director.get("/cockpit/figures/coverage/", headers={"x-panel": "1"}).content.decode()
    assert "by=party" in page
    assert "by=category" not in page


@pytest.mark.parametrize("day", ["2026-02-30", "yesterday", "2026-13-01"])
def test_a_day_that_is_none_is_as_if_it_was_not_said(director, day):
    plain = director.get("/cockpit/figures/sell_in/", headers={"x-panel": "1"})
    asked = director.get(f"/cockpit/figures/sell_in/?from={day}&to={day}", headers={"x-panel": "1"})
    assert asked.status_code == plain.status_code == 200
    second = re.compile(rb"\d\d:\d\d:\d\d")  # the page tells when it was reckoned, to the second
    assert second.sub(b"", asked.content) == second.sub(b"", plain.content)
