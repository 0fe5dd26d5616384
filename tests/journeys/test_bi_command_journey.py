"""`twoside bi` as its user types it: build, show, CSV, JSON, the report, and what goes wrong."""

from __future__ import annotations

import csv
import json
import subprocess
import sys

import pytest

pytestmark = pytest.mark.journey


def twoside(*arguments):
    command = [sys.executable, "-m", "twoside.cli.app", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    root = tmp_path_factory.mktemp("bi") / "lake"
    size = ("--seekers", 80, "--jobs", 40, "--days", 3, "--seed", 4)
    made = twoside("world", "make", "recruiting", "--lake", root, *size)
    assert made.returncode == 0, made.stderr
    early = twoside("bi", "show", "chats", "--lake", root)
    assert "no cube yet. Make it with: twoside bi build" in early.stderr
    built = twoside("bi", "build", "--lake", root)
    assert built.returncode == 0, built.stderr
    assert "3 days built, 2026-03-02 to 2026-03-04" in built.stdout
    return root


def test_a_second_build_has_nothing_to_do(lake):
    assert "0 days built" in twoside("bi", "build", "--lake", lake).stdout


def test_json_and_csv_tell_the_same_and_add_up(lake, tmp_path):
    days = ("--from", "2026-03-03", "--to", "2026-03-04", "--by", "city")
    told = twoside("bi", "show", "chat_rate", "--lake", lake, *days, "--json")
    record = json.loads(told.stdout)
    assert record["scene"] == "recruiting/jobs_for_seeker"
    assert record["days"] == ["2026-03-03", "2026-03-04"]
    out = tmp_path / "rates.csv"
    assert twoside("bi", "show", "chat_rate", "--lake", lake, *days, "--csv", out).returncode == 0
    with out.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * len(record["series"])
    for one in record["series"]:
        mine = [row for row in rows if row["city"] == one["value"]]
        above = sum(float(row["numerator"]) for row in mine)
        below = sum(float(row["denominator"]) for row in mine)
        assert (above, below) == (one["numerator"], one["denominator"])
        assert one["total"] == pytest.approx(above / below)


def test_a_table_for_people_has_every_day_and_all_of_them(lake):
    shown = twoside("bi", "show", "reach_rate", "--lake", lake, "--scene", "seekers_for_boss")
    assert all(word in shown.stdout for word in ("2026-03-02", "2026-03-04", "all"))
    assert "chat_rate" in twoside("bi", "show", "list", "--lake", lake).stdout


def test_the_report_is_one_file(lake, tmp_path):
    out = tmp_path / "day.html"
    done = twoside("bi", "report", "--lake", lake, "--day", "2026-03-03", "--out", out)
    assert done.returncode == 0, done.stderr
    page = out.read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>") and "每日报告" in page


WRONG = {
    ("show", "chat_rat"): "there is no 'chat_rat'. Did you mean 'chat_rate'?",
    ("show", "chats", "--by", "citi"): "has no dimension 'citi'. Did you mean 'city'?",
    ("show", "chats", "--where", "city"): "expected dimension=value",
    ("show", "chats", "--from", "2027-01-01"): "no such day in the cube",
    ("show", "chats", "--scene", "jobs"): "recruiting has no scene 'jobs'.",
    ("build", "--days", "0"): "--days = 0: expected at least 1.",
    ("report", "--day", "2026-04-01", "--out", "x"): "day = 2026-04-01: not in the cube.",
    ("report", "--day", "2026-03-03", "--out", "no/x"): "--out = no/x: there is no folder",
    ("report", "--day", "2026-03-03", "--out", "x", "--language", "de"): "--language = 'de'.",
}


@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
def test_what_is_wrong_is_one_line(lake, arguments):
    done = twoside("bi", *arguments, "--lake", lake)
    assert done.returncode == 1
    assert WRONG[arguments] in done.stderr
    assert "Traceback" not in done.stderr
