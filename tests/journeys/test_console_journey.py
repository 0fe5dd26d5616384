"""A visit to the console in a real browser: every page, both languages, and nothing from outside.

Needs a system Chromium (`apt-get install chromium fonts-noto-cjk`). Without one the journey is
skipped, but never in CI.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from twoside.schema.request import Request
from twoside.server.fake import FakeService

pytestmark = pytest.mark.journey

PAGES = ("overview", "recall", "ranker", "explain", "world", "data", "features", "bi")
TITLES = {
    "en": (
        "Overview",
        "Recall",
        "Ranker",
        "Explain a list",
        "World and oracle",
        "Data and events",
        "Features",
        "Metrics",
    ),
    "zh": (
        "总览",
        "召回渠道",
        "排序质量",
        "解释一次推荐",
        "仿真世界",
        "数据与事件",
        "特征分析",
        "指标",
    ),
}
CHARTS = {
    "overview": 2,
    "recall": 2,
    "ranker": 4,
    "explain": 3,
    "world": 2,
    "data": 4,
    "features": 2,
    "bi": 4,
}
SCENE = "recruiting/jobs_for_seeker"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PATIENCE_MS = 30_000


@pytest.fixture(scope="module")
def chromium():
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None and os.environ.get("CI"):
        pytest.fail("CI without Chromium: install it, the console must be seen in a browser")
    if found is None:
        pytest.skip("no system Chromium: apt-get install chromium")
    return found


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The server in a process of its own, on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    script = Path(__file__).with_name("console_server.py")
    log = tmp_path_factory.mktemp("console") / "server.log"
    with log.open("w") as out:
        server = subprocess.Popen([sys.executable, str(script), str(port)], stdout=out, stderr=out)
    try:
        base = f"http://127.0.0.1:{port}"
        _wait_for(base, server, log)
        yield base
    finally:
        server.terminate()
        server.wait(20)


def _wait_for(base, server, log):
    for _ in range(600):
        assert server.poll() is None, log.read_text()
        try:
            if httpx.get(f"{base}/healthz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"the server did not answer in a minute: {log.read_text()}")


@pytest.fixture(scope="module")
def visit(chromium, address):
    """A browser tab that notes what it asks for and what goes wrong."""
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        tab = browser.new_page(viewport={"width": 1440, "height": 900})
        tab.set_default_timeout(PATIENCE_MS)
        tab.asked, tab.wrong = [], []
        tab.on("request", lambda request: tab.asked.append(request.url))
        tab.on("pageerror", lambda error: tab.wrong.append(str(error)))
        tab.on("console", lambda line: tab.wrong.append(line.text) if line.type == "error" else 0)
        yield tab
        browser.close()


def _drawn(tab, charts):
    """Wait until that many charts are drawn."""
    tab.wait_for_function(
        "n => document.querySelectorAll('.chart').length == n &&"
        " [...document.querySelectorAll('.chart')].every(c => c.querySelector('.main-svg'))",
        arg=charts,
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_is_reached_by_the_navigation_and_shows_its_charts(visit, address, language):
    visit.goto(f"{address}/console/{language}/overview")
    for page, title in zip(PAGES, TITLES[language], strict=True):
        visit.locator(".q-drawer").get_by_text(title, exact=True).click()
        visit.wait_for_url(f"**/{language}/{page}?*")
        visit.locator("h1", has_text=title).wait_for()
        _drawn(visit, CHARTS[page])
        wider = visit.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wider <= 0, f"{page} is {wider} px wider than the window"
    assert visit.wrong == []


def test_the_language_switch_stays_on_the_page(visit, address):
    visit.goto(f"{address}/console/en/explain?scene={SCENE}&person=p5")
    visit.locator(".languages").get_by_text("中文").click()
    visit.wait_for_url("**/zh/explain?*")
    visit.locator("h1", has_text="解释一次推荐").wait_for()
    assert "person=p5" in visit.url
    assert visit.locator(".q-drawer").get_by_text("排序质量").count() == 1


def test_another_scene_is_chosen_in_the_head(visit, address):
    visit.goto(f"{address}/console/en/world")
    visit.locator(".scenes").click()
    visit.get_by_role("option", name="seekers for boss").click()
    visit.wait_for_url("**scene=recruiting%2Fseekers_for_boss")
    _drawn(visit, CHARTS["world"])


def test_a_person_is_asked_for_and_every_item_of_the_list_is_explained(visit, address):
    visit.goto(f"{address}/console/en/explain?scene={SCENE}")
    visit.get_by_label("Person's id").fill("p7")
    visit.get_by_role("button", name="Explain").click()
    visit.wait_for_url("**person=p7")
    rows = visit.locator("table.plain tbody tr")
    rows.first.wait_for()
    assert rows.count() == 20
    assert visit.locator("table.plain .probability").count() == 60
    assert visit.locator("dl.about").get_by_text("Nurse").count() == 1
    visit.locator(".q-table tbody tr").first.wait_for()
    visit.locator("section").last.locator(".q-select").first.click()
    visit.get_by_role("option", name="Swing").click()
    visit.locator(".q-table__bottom", has_text="of 2").wait_for()


def test_somebody_new_is_told_to_be_new(visit, address):
    visit.goto(f"{address}/console/en/explain?scene={SCENE}&person=%3Cb%3Estranger")
    visit.locator(".warning", has_text="The lake does not know <b>stranger").wait_for()
    _drawn(visit, CHARTS["explain"])


def test_a_request_that_was_answered_is_explained_by_its_id(visit, address):
    body = {"scene": SCENE, "person": "p3", "length": 7}
    answer = httpx.post(f"{address}/v1/recommend", json=body).json()
    visit.goto(f"{address}/console/en/explain?scene={SCENE}&request={answer['request_id']}")
    rows = visit.locator("table.plain tbody tr")
    rows.first.wait_for()
    assert rows.count() == 7
    shown = [text.splitlines()[0] for text in rows.locator(".who").all_inner_texts()]
    assert shown == [str(item["id"]) for item in answer["items"]]
    visit.goto(f"{address}/console/en/explain?scene={SCENE}&request=12")
    visit.locator(".warning", has_text="Request 12 is not among the last").wait_for()


def test_a_feature_is_found_sorted_filtered_and_looked_at_closely(visit, address):
    visit.goto(f"{address}/console/en/features?scene={SCENE}")
    found = FakeService().features(SCENE)
    rows = visit.locator(".q-table tbody tr")
    rows.first.wait_for()
    best = max(found.features, key=lambda f: f.best_auc)
    assert rows.first.locator("td").first.inner_text() == best.name
    visit.locator(".q-table th", has_text="Coverage").click()
    visit.wait_for_function(
        "document.querySelector('.q-table tbody td:nth-child(4)').innerText == '0.800'"
    )
    visit.locator(".features-flag").click()
    visit.get_by_role("option", name="Shifted").click()
    visit.wait_for_url("**flag=shifted**")
    rows.first.wait_for()
    names = {text.split()[0] for text in rows.all_inner_texts()}
    assert names == set(found.flagged("shifted"))
    visit.goto(f"{address}/console/en/features?scene={SCENE}")
    visit.get_by_placeholder("Filter").fill("feature_8")
    visit.wait_for_function("document.querySelectorAll('.q-table tbody tr').length == 1")
    rows.get_by_text("feature_8").click()
    visit.wait_for_url("**feature=feature_8**")
    _drawn(visit, 3)
    about = visit.locator("dl.about")
    assert about.get_by_text("feature_7").count() == 2  # it repeats that one, and is in its cluster
    assert "Duplicate" in about.inner_text()
    visit.goto(f"{address}/console/en/features?scene={SCENE}&feature=featur_8")
    visit.locator(".nothing", has_text="Did you mean 'feature_8'?").wait_for()


def test_recall_shows_budgets_before_and_after_learning_and_why_a_channel_is_refused(
    visit, address
):
    visit.goto(f"{address}/console/en/recall?scene={SCENE}")
    visit.locator(".parts").get_by_text("Budgets and worth").click()
    visit.wait_for_url("**part=merge**")
    _drawn(visit, 1)
    cards = visit.locator("section.card")
    assert "+0.0500 [+0.0410, +0.0590]" in cards.first.locator("tbody tr").first.inner_text()
    assert cards.nth(1).locator("h2").inner_text() == "New people: 240 people"
    assert "finds nothing right" in cards.last.locator("tbody tr").last.inner_text()
    cards.nth(1).get_by_role("link", name="Heavy users").click()
    visit.wait_for_url("**kind=heavy**")
    _drawn(visit, 1)
    assert cards.nth(1).locator("h2").inner_text() == "Heavy users: 950 people"


def test_a_map_of_items_is_coloured_by_what_they_are(visit, address):
    visit.goto(f"{address}/console/en/recall?scene={SCENE}")
    visit.locator(".parts").get_by_text("Map of items").click()
    visit.wait_for_url("**part=map**")
    _drawn(visit, 2)
    assert visit.locator("section.card h2").all_inner_texts() == ["ALS", "Two towers"]
    visit.locator(".hint").get_by_role("link", name="City").click()
    visit.wait_for_url("**colour=City**")
    _drawn(visit, 2)
    assert "Hangzhou" in visit.locator("section.card .legend").first.text_content()


def test_recall_says_why_a_person_gets_an_item_and_what_is_near_to_it(visit, address):
    visit.goto(f"{address}/console/en/recall?scene={SCENE}")
    visit.locator(".parts").get_by_text("A person, and why").click()
    visit.wait_for_url("**part=person**")
    visit.get_by_label("Person's id").fill("p7")
    visit.get_by_role("button", name="Show").click()
    visit.wait_for_url("**person=p7**")
    told = FakeService().reasons(SCENE, Request(7, 0, 6))
    cards = visit.locator("section.card")
    cards.first.wait_for()
    assert cards.locator("h2").all_inner_texts() == ["ItemCF", "Swing", "EASE", "UserCF"]
    first = told.channels["itemcf"][0]
    row = cards.first.locator("tbody tr").first
    share = first.reasons.adds[0] / first.score
    behaviour = told.behaviours[int(first.reasons.rows[0])]
    assert f"{share:.0%}" in row.locator("li").first.inner_text()
    assert behaviour in row.locator("li").first.inner_text()
    near = cards.last.locator(".hint .chip").all_inner_texts()
    assert near[0].startswith(f"p{told.near_people['usercf'].items[0]} ")
    row.get_by_role("link", name=str(1000 + first.item)).click()
    visit.wait_for_url(f"**item={1000 + first.item}**")
    rows = visit.locator("table.plain tbody tr")
    rows.first.wait_for()
    assert rows.count() == 12
    found = FakeService().near(SCENE, first.item, 12)
    assert str(1000 + found["ease"].items[0]) in rows.first.inner_text()
    visit.goto(f"{address}/console/en/recall?scene={SCENE}&part=item&item=%3Cb%3Enone")
    visit.locator(".warning", has_text="The lake does not know <b>none").wait_for()
    visit.goto(f"{address}/console/zh/recall?scene={SCENE}&part=person&person=stranger")
    visit.locator(".warning", has_text="stranger").wait_for()


def test_the_documentation_of_the_interface_is_one_click_away(visit, address):
    visit.goto(f"{address}/console/en/overview")
    visit.locator(".q-drawer").get_by_text("HTTP interface").click()
    visit.locator("h2", has_text="/v1/recommend").wait_for()


def test_nothing_was_asked_of_any_other_address(visit, address):
    assert len(visit.asked) > 50, "this test comes after the visits"
    outside = [
        url
        for url in visit.asked
        if not url.startswith((address, address.replace("http", "ws"), "data:", "blob:"))
    ]
    assert outside == []
    assert visit.wrong == []
