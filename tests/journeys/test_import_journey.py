"""Somebody's logs into a lake, from the command line, as a stranger would do it."""

from __future__ import annotations

import csv
import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from twoside.store.lake import Lake

pytestmark = pytest.mark.journey
ROOT = Path(__file__).parents[2]
START_MS = 1_651_000_000_000
HOUR_MS = 3_600_000

MAPPING = """
domain = "feed"
scene = "videos_for_viewer"
utc_offset_hours = 8
earliest = 2022-04-01
latest = 2022-06-30

[[entities]]
kind = "viewer"
file = "viewers.csv"
id = "who"
columns.gender = "sex"

[exposures]
file = "shown.csv"
person = "who"
item = "what"
time = "at"
context.tab = "page"

[[events]]
kind = "click"
when = "clicked == 1"

[[events]]
kind = "comment"
file = "comments.csv"
person = "who"
item = "what"
time = "at"
id = "comment"
"""


def twoside(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "twoside.cli.app", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )


def write(path: Path, columns: str, rows: list[list]) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([columns.split(","), *rows])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    chance = random.Random(4)
    people = [[f"p{n}", chance.choice("FM")] for n in range(50)]
    shown = [
        [f"p{chance.randrange(52)}", f"v{chance.randrange(40)}", START_MS + n * HOUR_MS // 20,
         f"page {chance.randrange(2)}", int(chance.random() < 0.3)]
        for n in range(2_000)
    ]  # fmt: skip
    comments = [[n % 90, *row[:2], row[2] + 60_000] for n, row in enumerate(shown[:100])]
    data = tmp_path / "data"
    data.mkdir()
    write(data / "viewers.csv", "who,sex", people)
    write(data / "shown.csv", "who,what,at,page,clicked", shown)
    write(data / "comments.csv", "comment,who,what,at", comments)
    (tmp_path / "mine.toml").write_text(MAPPING)
    return tmp_path


def run_import(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return twoside(
        "import", str(folder / "mine.toml"), "--data", str(folder / "data"),
        "--lake", str(folder / "lake"), *more,
    )  # fmt: skip


def test_logs_come_in_and_what_is_wrong_with_them_is_told(folder):
    done = run_import(folder, "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["entities"] == {"viewer": 50, "video": 40}
    refused = {(r["file"], r["reason"]): r["rows"] for r in report["rejected"]}
    assert set(refused) == {
        ("shown.csv", "unknown person"),
        ("comments.csv", "unknown person"),
        ("comments.csv", "duplicate event id"),
    }
    assert report["exposures"] + refused["shown.csv", "unknown person"] == 2_000
    lake = Lake.open(folder / "lake")
    assert lake.read("exposures").num_rows == report["exposures"]
    assert lake.rejects().num_rows == sum(refused.values())
    again = run_import(folder)
    assert again.returncode == 0
    assert "rejected" in again.stdout
    assert lake.read("exposures").num_rows == report["exposures"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("clicked ==", "cliked ==", "has no column 'cliked'. Did you mean 'clicked'?"),
        ("shown.csv", "show.csv", "there is no such file"),
        ('domain = "feed"', 'domain = "fed"', "there is no domain 'fed'. Did you mean 'feed'?"),
    ],
)
def test_a_mistake_in_the_mapping_is_one_line_and_no_lake(folder, old, new, message):
    path = folder / "mine.toml"
    path.write_text(path.read_text().replace(old, new))
    done = run_import(folder)
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / "lake").exists()


def state(lake: Lake) -> dict:
    return {t: lake.read(t).to_pandas() for t in ("requests", "exposures", "events")}


def same(one: dict, other: dict) -> bool:
    return all(one[table].equals(other[table]) for table in one)


def test_an_import_killed_while_it_writes_leaves_all_or_nothing(folder):
    assert run_import(folder).returncode == 0
    lake = Lake.open(folder / "lake")
    before = state(lake)
    shown = folder / "data" / "shown.csv"
    head, *rows = shown.read_text().splitlines()
    shown.write_text("\n".join([head, *rows[1::2]]) + "\n")
    command = [sys.executable, "-m", "twoside.cli.app", "import", str(folder / "mine.toml")]
    command += ["--data", str(folder / "data"), "--lake", str(folder / "lake")]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as work:
        while work.poll() is None and not any(lake.layout.staging.glob("*.parquet")):
            os.sched_yield()
        work.send_signal(signal.SIGKILL)
    after = state(Lake.open(folder / "lake"))
    assert run_import(folder).returncode == 0
    whole = state(lake)
    assert not same(before, whole)
    assert same(after, before) or same(after, whole)


def test_public_sets_are_listed_with_their_licences_and_asked_for(tmp_path):
    listed = twoside("data", "list", "--json")
    assert listed.returncode == 0, listed.stderr
    sets = {each["name"]: each for each in json.loads(listed.stdout)}
    assert "research use" in sets["ml-100k"]["licence"]
    refused = twoside("data", "get", "ml-100k", "--to", str(tmp_path / "data"))
    assert refused.returncode == 1
    assert "Accept it with --accept-licence" in refused.stderr
    assert not (tmp_path / "data").exists()
