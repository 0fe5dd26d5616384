"""`twoside samples` as a user calls it."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
from typer.testing import CliRunner

from twoside.cli.samples import app
from twoside.schema.calendar import iso
from twoside.store.lake import Lake
from twoside.store.runs import Runs

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Market


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, arguments)
    return done.exit_code, done.output


def test_labels_are_listed_with_sign_window_and_rule() -> None:
    code, said = run("labels", "recruiting/jobs_for_seeker", "--json")
    assert code == 0
    rows = {row["name"]: row for row in json.loads(said)}
    assert list(rows) == ["view", "chat", "read", "reply", "reach", "reject"]
    assert rows["reject"]["sign"] == "negative"
    assert rows["read"]["once_per"] == "pair_day"
    assert rows["view"]["window_hours"] == 6
    assert "rate" not in rows["view"]


def test_with_a_lake_labels_are_measured(market: Market) -> None:
    scene = "recruiting/jobs_for_seeker"
    code, said = run("labels", scene, "--lake", str(market.root), "--json")
    assert code == 0
    rows = {row["name"]: row for row in json.loads(said)}
    assert rows["view"]["rate"] > rows["chat"]["rate"] > rows["reply"]["rate"] > 0
    assert rows["reply"]["share_final"] < rows["view"]["share_final"] < 1
    assert rows["reply"]["p95_hours"] > rows["reply"]["median_hours"] > 0
    assert run("labels", scene, "--lake", str(market.root))[0] == 0


def test_a_failed_day_stops_until_it_is_accepted(market: Market, tmp_path: Path) -> None:
    shutil.copytree(market.root, tmp_path / "lake")
    lake = Lake.open(tmp_path / "lake")
    day = lake.days("exposures")[-1]
    asked = ("check", "--lake", str(lake.root), "--day", iso(day))
    assert run(*asked)[0] == 0
    (file,) = lake.files("exposures", day, day)
    rows = pq.read_table(file)
    pq.write_table(pa.concat_tables([rows, rows]), file)
    code, said = run(*asked)
    assert code == 1
    assert "duplicates of exposures.exposure_id = 0.5: allowed 0 to 0.00" in said
    assert "stopped" in said
    assert run(*asked, "--accept", "Han Meimei")[0] == 0
    assert run(*asked)[0] == 0
    kept = Runs(lake.root / "runs").load(f"gates/recruiting/jobs_for_seeker/{iso(day)}").result
    assert kept["by"] == "Han Meimei"
    assert 0.5 in [one["value"] for one in kept["failed"]]
