"""The whole product in a browser: the small demonstration, served as a user would serve it."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from axe_playwright_python.sync_playwright import Axe

GRAVE = ("serious", "critical")
sync_api = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.browser
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CHROMIUM = os.environ.get("GONGYING_CHROMIUM", "/usr/bin/chromium")


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = os.environ | {
        "GONGYING_DATA": str(tmp_path_factory.mktemp("data")),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    env.pop("GONGYING_DATABASE_URL", None)
    tool = [sys.executable, "-m", "gongying.site.cli"]
    if loaded := os.environ.get("GONGYING_DEMO"):  # a house that has the small demonstration already
        shutil.copytree(loaded, env["GONGYING_DATA"], dirs_exist_ok=True)
    else:
        for words in (["init"], ["demo", "load", "--small", "--end", "2026-11-23"]):
            subprocess.run([*tool, *words], env=env, check=True, capture_output=True)
    server = subprocess.Popen(
        [*tool, "serve", "--port", str(port)], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}"
    for _ in range(120):
        try:
            urllib.request.urlopen(f"{url}/accounts/login/", timeout=2).close()  # noqa: S310 - our own server
            break
        except OSError:
            time.sleep(0.5)
    yield url
    server.send_signal(2)
    assert server.wait(timeout=30) is not None


@pytest.fixture(scope="module")
def checked():
    """Sorts of page that axe has looked at, by width and scheme: what it sees does not depend on who is looking."""
    return set()


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield opened
        opened.close()


def log_in(browser, address, role, **context):
    """A page of somebody who has logged in, and what goes wrong on it from now on."""
    page = browser.new_context(**context).new_page()
    faults = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    page.goto(f"{address}/accounts/login/")
    page.fill("#id_username", f"{role}@gongying.demo")
    page.fill("#id_password", f"{role}-plum-rain")
    page.click("button.primary")
    page.wait_for_url(f"{address}/")
    return page, faults


def grave_faults(page):
    """What axe finds serious or critical on the page that is open."""
    only = {"resultTypes": ["violations"]}  # it need not tell more than one node of the rest
    found = Axe().run(page, options=only).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in found if v["impact"] in GRAVE]


NEXT = """() => [
    ...document.querySelectorAll('nav.side a.item, main .head a[href], main .tabs a[href], main nav a[href]'),
    ...[...document.querySelectorAll('main table')].flatMap(t => [...t.querySelectorAll('tbody a[href]')].slice(0, 2)),
    ...[...document.querySelectorAll('main .card:not(:has(table))')].flatMap(c => [...c.querySelectorAll('a[href]')].slice(0, 2)),
].filter(a => !a.hasAttribute('download')).map(a => a.pathname).filter(p => !/[.](pdf|xlsx|csv)$|export|download|template/.test(p))"""


def sort_of(path):
    """Addresses that differ by a number, or by the figure they explain, are one sort of page."""
    return re.sub(r"[0-9]+|(?<=/figures/)[a-z_]+", "*", path)


def walk(page, address):
    """Every sort of page that links lead to from the home page, one of each."""
    seen, waiting = set(), ["/", "/accounts/profile/", "/cockpit/figures/attainment/"]
    while waiting:
        path = waiting.pop(0)
        if sort_of(path) in seen:
            continue
        seen.add(sort_of(path))
        answer = page.goto(address + path)
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        assert answer.status == 200, path
        yield path
        waiting += page.evaluate(NEXT)


# Axe looks at a sort of page once, in one of two ways by its name, so that both widths and both schemes are looked at.
LOOKED_AT = ((1440, "dark"), (390, "light"))
WHOLE = ("admin", "finance")  # who open most of the pages, wide and narrow
LOOKS = [
    ("admin", 1440, "en-US", "dark"),
    ("finance", 390, "zh-CN", "light"),
    ("owner", 390, "zh-CN", "light"),
    ("owner", 1440, "en-US", "dark"),
    ("regional", 390, "zh-CN", "light"),
    ("clerk", 390, "en-US", "dark"),
]


@pytest.mark.parametrize(
    ("role", "width", "language", "scheme"),
    [pytest.param(*look, marks=pytest.mark.xdist_group(f"{look[1]}-{look[3]}")) for look in LOOKS],
)
def test_every_page_opens_fits_speaks_the_language_and_is_accessible(
    address, browser, checked, role, width, language, scheme
):
    page, faults = log_in(
        browser, address, role, viewport={"width": width, "height": 900}, locale=language, color_scheme=scheme
    )
    seen = 0
    for path in walk(page, address):
        seen += 1
        assert page.locator("h1").count() == 1, path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} is wider than {width}"
        assert page.evaluate("document.documentElement.lang") == ("zh-Hans" if language == "zh-CN" else "en")
        look = (sort_of(path), width, scheme)
        way = LOOKED_AT[len(look[0]) % 2] if role in WHOLE else LOOKED_AT[0] if width == 1440 else LOOKED_AT[1]
        if look not in checked and look[1:] == way:
            checked.add(look)
            assert not (found := grave_faults(page)), f"{path}: {found}"
    assert seen >= (8 if role in ("owner", "clerk") else 14)
    assert faults == []
    page.context.close()


def test_rows_answer_to_the_keyboard_and_everything_can_be_selected(address, browser):
    page, faults = log_in(browser, address, "admin", viewport={"width": 1440, "height": 900}, locale="en-US")
    page.goto(f"{address}/cockpit/distributors/")
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.inner_text("[data-count]") == "1"
    page.keyboard.press("?")
    page.wait_for_selector("#keys[open]")
    page.keyboard.press("Escape")
    page.click("[data-density-switch]")
    page.reload()
    assert page.evaluate("document.documentElement.dataset.density") == "compact"
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/cockpit/distributors/[0-9]+/"))
    assert faults == []


def test_the_palette_opens_by_keyboard_and_finds_by_pinyin_initials(address, browser):
    page, _faults = log_in(browser, address, "admin", viewport={"width": 1440, "height": 900}, locale="zh-CN")
    page.keyboard.press("Control+k")
    page.keyboard.type("jxs")
    page.wait_for_selector("#hits li[aria-selected=true]")
    assert "经销商" in page.inner_text("#hits")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/cockpit/distributors/")
    page.keyboard.press("Control+k")
    page.wait_for_selector("#recent-0[aria-selected=true]")
    assert page.inner_text("#recent-0") == "经销商"


def test_a_figure_explains_itself_beside_the_page_and_the_dark_theme_is_kept(address, browser):
    page, _faults = log_in(browser, address, "admin", viewport={"width": 1440, "height": 900}, locale="en-US")
    page.click("a.kpi >> nth=0")
    page.wait_for_selector("#panel[open] dl.facts")
    assert "Formula" in page.inner_text("#panel")
    page.click("#panel [data-close]")
    page.click("[data-theme-switch]")
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert not grave_faults(page)


def test_groups_of_the_menu_open_by_keyboard_and_the_one_of_the_page_is_open(address, browser):
    page, faults = log_in(browser, address, "finance", viewport={"width": 1440, "height": 900}, locale="en-US")
    page.goto(f"{address}/billing/payments/")
    assert page.locator("nav.side details[open]").count() == 1
    assert page.inner_text("nav.side details[open] [aria-current=page]") == "Payments"
    page.focus("nav.side summary:has-text('Accounts')")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/reconciliation/")
    assert page.inner_text("nav.side details[open] [aria-current=page]") == "Statements of account"
    assert faults == []


def test_whoever_was_logged_out_meanwhile_is_led_to_the_log_in(address, browser):
    page, _faults = log_in(browser, address, "admin", viewport={"width": 1440, "height": 900}, locale="en-US")
    page.context.clear_cookies()
    page.click("a.kpi >> nth=0")
    page.wait_for_url(re.compile("/accounts/login/"))


def test_the_phone_has_its_menu_at_the_thumb(address, browser):
    page, faults = log_in(browser, address, "admin", viewport={"width": 390, "height": 844}, locale="en-US")
    shown = "nav.side .item:visible"
    assert page.locator(shown).count() == 5
    page.click("nav.side .more")
    assert page.locator("nav.side summary:visible").count() > 6
    page.click("nav.side summary:has-text('Administration')")
    page.click("nav.side >> text=Audit log")
    page.wait_for_url(f"{address}/control/audit/")
    assert page.locator(shown).count() == 5
    assert faults == []
