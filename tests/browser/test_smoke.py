"""The whole product in a browser: the small demonstration, served as a user would serve it."""

import os
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
def browser():
    with sync_api.sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield opened
        opened.close()


@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
@pytest.mark.parametrize(("role", "width"), [("admin", 1440), ("finance", 390), ("owner", 390)])
def test_every_page_opens_fits_and_speaks_the_language(address, browser, role, width, language):
    context = browser.new_context(viewport={"width": width, "height": 900}, locale=language)
    page = context.new_page()
    faults = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    page.goto(f"{address}/accounts/login/")
    page.fill("#id_username", f"{role}@gongying.demo")
    page.fill("#id_password", f"{role}-gongying-2026")
    page.click("button.primary")
    page.wait_for_url(f"{address}/")
    links = page.eval_on_selector_all("nav.side a.item", "all => all.map(one => one.getAttribute('href'))")
    assert len(links) >= 4
    for link in [*links, "/accounts/profile/", "/cockpit/figures/attainment/"]:
        page.goto(address + link)
        assert page.locator("h1").count() == 1, link
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{link} is wider than {width}"
        assert page.evaluate("document.documentElement.lang") == ("zh-Hans" if language == "zh-CN" else "en")
        if language == "zh-CN":
            found = Axe().run(page).response["violations"]
            grave = [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in found if v["impact"] in GRAVE]
            assert not grave, f"{link}: {grave}"
    page.goto(address + "/rewards/statements/")
    page.click("tbody a >> nth=0")
    page.wait_for_selector("ol.said li")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the statement is too wide"
    assert faults == []
    context.close()


def test_the_palette_opens_by_keyboard_and_finds_by_pinyin_initials(address, browser):
    page = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN").new_page()
    page.goto(f"{address}/accounts/login/")
    page.fill("#id_username", "admin@gongying.demo")
    page.fill("#id_password", "admin-gongying-2026")
    page.click("button.primary")
    page.wait_for_url(f"{address}/")
    page.keyboard.press("Control+k")
    page.keyboard.type("jxs")
    page.wait_for_selector("#hits li[aria-selected=true]")
    assert "经销商" in page.inner_text("#hits")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/cockpit/distributors/")


def test_a_figure_explains_itself_beside_the_page_and_the_dark_theme_is_kept(address, browser):
    page = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-US").new_page()
    page.goto(f"{address}/accounts/login/")
    page.fill("#id_username", "admin@gongying.demo")
    page.fill("#id_password", "admin-gongying-2026")
    page.click("button.primary")
    page.wait_for_url(f"{address}/")
    page.click("a.kpi >> nth=0")
    page.wait_for_selector("#panel[open] dl.facts")
    assert "Formula" in page.inner_text("#panel")
    page.click("#panel [data-close]")
    page.click("[data-theme-switch]")
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    grave = [v["id"] for v in Axe().run(page).response["violations"] if v["impact"] in GRAVE]
    assert not grave
