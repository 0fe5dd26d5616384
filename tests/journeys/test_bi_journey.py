"""A visit to the page of metrics: another metric, other days, a dimension, into a value, CSV."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from journeys.test_console_journey import (  # noqa: F401 - fixtures
    SCENE,
    _drawn,
    address,
    chromium,
    visit,
)

from twoside.bi.ask import Question
from twoside.schema.calendar import day_number
from twoside.server.fake import FakeService

pytestmark = pytest.mark.journey
FIRST, LAST = "2026-03-10", "2026-03-16"


def asked(by="", **where):
    question = Question("chat_rate", day_number(FIRST), day_number(LAST), by, where)
    return FakeService().cube(SCENE).ask(question)


def figures(tab):
    return tab.locator(".figure .value").all_inner_texts()


def test_metric_days_and_dimension_are_chosen_and_a_value_looked_into(visit, address):  # noqa: F811
    visit.goto(f"{address}/console/en/bi?scene={SCENE}")
    _drawn(visit, 4)
    visit.locator(".bi-metric").click()
    visit.get_by_role("option", name="Chat rate").click()
    visit.wait_for_url("**metric=chat_rate**")
    visit.get_by_label("From").fill(FIRST)
    visit.get_by_label("To").fill(LAST)
    visit.get_by_role("button", name="Show").click()
    visit.wait_for_url(f"**first={FIRST}&last={LAST}")
    _drawn(visit, 4)
    assert figures(visit)[0] == f"{asked().series[0].value:.2%}"
    visit.locator(".bi-by").click()
    visit.get_by_role("option", name="City").click()
    visit.wait_for_url("**by=city**")
    _drawn(visit, 5)
    cities = [series.word for series in asked("city").series]
    assert visit.locator(".inside .chip").all_inner_texts() == cities
    visit.locator(".inside").get_by_text("Wuhan").click()
    visit.wait_for_url("**by=title**where=city%3AWuhan**")
    _drawn(visit, 5)
    assert figures(visit)[0] == f"{asked(city='Wuhan').series[0].value:.2%}"
    visit.get_by_text("back to all").click()
    visit.wait_for_url("**by=city**")
    _drawn(visit, 5)
    assert visit.wrong == []


def test_the_csv_button_gives_what_the_page_shows(visit, address):  # noqa: F811
    query = f"metric=chat_rate&by=city&first={FIRST}&last={LAST}"
    visit.goto(f"{address}/console/en/bi?scene={SCENE}&{query}")
    _drawn(visit, 5)
    with visit.expect_download() as download:
        visit.get_by_role("button", name="CSV").click()
    rows = list(csv.DictReader(Path(download.value.path()).read_text().splitlines()))
    answer = asked("city")
    assert len(rows) == len(answer.days) * len(answer.series)
    for series in answer.series:
        mine = [row for row in rows if row["city"] == series.word]
        assert sum(float(row["numerator"]) for row in mine) == series.numerator
        assert sum(float(row["denominator"]) for row in mine) == series.denominator


def test_an_unknown_metric_in_the_address_is_said_and_not_a_crash(visit, address):  # noqa: F811
    visit.goto(f"{address}/console/en/bi?scene={SCENE}&metric=chat_rat")
    visit.locator(".nothing", has_text="Did you mean 'chat_rate'?").wait_for()
