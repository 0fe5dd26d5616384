"""The report is one file that says everything in two languages and asks nobody for anything."""

from __future__ import annotations

import re

import pytest
from plotly.offline import get_plotlyjs

from twoside.charts.report import ReportData, render
from twoside.server.fake import FakeService

SCENE = "recruiting/jobs_for_seeker"


@pytest.fixture(scope="module")
def page():
    fake = FakeService(people=50, items=60)
    log = fake.log(SCENE)
    data = ReportData(
        evaluations=[fake.evaluation(SCENE)],
        plays=[fake.play(SCENE)],
        days={SCENE: log},
        realism=fake.realism(),
        seconds={"train": 30.5, "evaluate": 10.5},
        peak_gb=1.25,
        commands={SCENE: "twoside funnel evaluate --lake <mine>", "console": "twoside serve"},
        words={"view": ("view", "查看</script>")},
        scale="2,000 seekers",
    )
    return render(data)


@pytest.fixture(scope="module")
def without_plotly(page):
    script = get_plotlyjs().replace("</script", "<\\/script")
    assert page.count(script) == 1, "Plotly's script stands in the page exactly once"
    return page.replace(script, "")


def test_nothing_outside_is_loaded(without_plotly):
    assert not re.search(r"(src|href)\s*=|https?://|url\(|@import", without_plotly)


def test_every_place_of_a_figure_has_its_figure(without_plotly):
    places = set(re.findall(r'<div id="(figure-\d+)"', without_plotly))
    drawn = set(re.findall(r'"(figure-\d+)": \{en:', without_plotly))
    assert places == drawn
    assert len(places) == 10


def test_key_figures_and_tables_say_the_measured_numbers(without_plotly):
    for figure in ("61%", "0.470", "0.740 / 0.650", "0.7400", "41 s", "1.2 GB", "0.0610"):
        assert figure in without_plotly


def test_the_command_that_makes_the_numbers_stands_below_them_and_is_escaped(without_plotly):
    assert "twoside funnel evaluate --lake &lt;mine&gt;" in without_plotly


def test_a_word_cannot_end_the_script_that_holds_the_figures(without_plotly):
    assert "查看</script>" not in without_plotly
    assert without_plotly.count("</script>") == 2


def test_both_languages_are_inside_and_the_asked_one_is_first(without_plotly):
    assert 'data-language="en"' in without_plotly
    assert "推荐漏斗" in without_plotly
    assert 'data-language="zh"' in render(ReportData(), "zh")


def test_a_report_of_nothing_is_a_page():
    assert "</html>" in render(ReportData())
