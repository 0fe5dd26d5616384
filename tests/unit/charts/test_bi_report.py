"""The daily report: colours follow the direction, both languages are inside, nothing is outside."""

from __future__ import annotations

import re

import pytest
from plotly.offline import get_plotlyjs

from twoside.charts.bi_report import change, render, signed
from twoside.charts.bi_words import BI_WORDS
from twoside.errors import DataError
from twoside.server.fake import FakeService

SCENE = "recruiting/jobs_for_seeker"
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def cube():
    return FakeService().cube(SCENE)


@pytest.fixture(scope="module")
def page(cube):
    script = get_plotlyjs().replace("</script", "<\\/script")
    made = render(cube, cube.days()[-2])
    assert made.count(script) == 1
    return made.replace(script, "")


def test_an_outside_address_is_never_asked_for(page):
    assert re.findall(r"(?:src|href)=[\"'](?!data:)", page) == []


def test_every_figure_is_drawn_in_both_languages(page):
    places = re.findall(r'<div id="(figure-\d+)"', page)
    assert len(places) == len(set(places)) == 4 + 3
    for name in places:
        assert f'"{name}": {{en: ' in page
    assert "开聊率" in page and "Chat rate" in page


def test_a_rise_is_good_or_bad_as_the_metric_says(cube):
    chat, reject = (cube.book.metric(name).metric for name in ("chat_rate", "reject_rate"))
    assert change(chat, 0.04, 0.05) == ("+25.0%", "good")
    assert change(chat, 0.05, 0.04) == ("-20.0%", "bad")
    assert change(reject, 0.04, 0.05) == ("+25.0%", "bad")
    assert change(reject, 0.05, 0.04) == ("-20.0%", "good")
    assert change(chat, 0.05, 0.05) == ("±0.0%", "same")
    assert change(chat, float("nan"), 0.05) == change(chat, 0.0, 0.05) == ("–", "same")
    assert signed(chat, 0.0012) == "+0.120 pp"


def test_the_first_day_has_no_yesterday_and_a_day_outside_is_refused(cube):
    days = cube.days()
    made = render(cube, days[0], "zh")
    assert 'data-language="zh"' in made
    assert made.count('<em class="same">–</em>') == 2 * len(cube.book.settings.headline)
    with pytest.raises(DataError, match=r"not in the cube\. It has 2026-"):
        render(cube, days[-1] + 1)


@pytest.mark.parametrize("key", BI_WORDS)
def test_every_text_has_both_languages(key):
    english, chinese = BI_WORDS[key]
    assert english and CHINESE.search(chinese) and not CHINESE.search(english)
