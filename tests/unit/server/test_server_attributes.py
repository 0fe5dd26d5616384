"""Entities in words: codes become words, numbers get their units, unknown things are left out."""

from __future__ import annotations

import pytest

from twoside.domains.recruiting import keeping
from twoside.domains.recruiting.domain import DOMAIN
from twoside.domains.recruiting.settings import WorldSettings
from twoside.server.attributes import Attributes


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    settings = WorldSettings(seekers=30, jobs=20, days=2, seed=3)
    made, _ = keeping.make(settings, tmp_path_factory.mktemp("attributes") / "lake")
    return made


def end_of(lake):
    return lake.calendar.start_of(lake.days("exposures")[-1] + 1)


def test_many_rows_say_the_same_as_the_lake_says_of_each(lake):
    now_ms = end_of(lake)
    told = Attributes(lake, DOMAIN, "seeker", now_ms).of(list(range(20)), "zh")
    for row, about in enumerate(told):
        slowly = lake.describe("seeker", row, now_ms)
        assert about["城市"] == slowly["city"]
        assert about["技能"] == ", ".join(slowly["skills"])
        assert about["薪资下限"] == f"{slowly['salary_low']:,.0f} 元"


def test_english_says_the_domains_english_words(lake):
    about = Attributes(lake, DOMAIN, "seeker", end_of(lake)).of([0], "en")[0]
    assert all(ord(sign) < 128 for sign in about["City"] + about["Title"] + about["Skills"])
    assert about["Pay from"].startswith("¥")
    assert about["Open"] in ("yes", "no")


def test_a_job_names_its_company_not_its_code(lake):
    now_ms = end_of(lake)
    about = Attributes(lake, DOMAIN, "job", now_ms).of([0], "zh")[0]
    code = lake.describe("job", 0, now_ms)["company"]
    company = lake.rows("company").of([code])[0]
    assert about["公司"] == lake.describe("company", int(company), now_ms)["name"]


def test_a_row_that_is_not_there_has_no_attributes_and_the_order_is_kept(lake):
    attributes = Attributes(lake, DOMAIN, "seeker", end_of(lake))
    told = attributes.of([3, -1, 10**6, 3], "en")
    assert told[1] == told[2] == {}
    assert told[0] == told[3] != {}
