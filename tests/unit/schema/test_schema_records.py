"""A result comes back from its record as it was."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from twoside.errors import DataError
from twoside.schema import records
from twoside.schema.evaluation import ArmResult, PlayResult
from twoside.schema.merge_report import ChannelWorth, MergeGain, MergeReport
from twoside.server.fake import FakeService

SCENE = "recruiting/jobs_for_seeker"


def test_an_evaluation_survives_json_with_its_curves():
    before = FakeService(people=5, items=5).evaluation(SCENE)
    after = records.evaluation(json.loads(json.dumps(records.record(before))))
    assert math.isnan(after.recall["merged"].unique)
    assert after.rank == before.rank
    assert after.stages == before.stages
    assert after.as_json()["exposures"] == before.as_json()["exposures"]


REPORT = MergeReport(
    {"new": 3, "all": 0},
    (
        ChannelWorth("new", "hot", 5.0, 20, 0.1, 0.05, 0.15, 1.0),
        ChannelWorth("new", "slow", 5.0, 9, 0.1, 0.05, 0.15, 1.0),
        ChannelWorth("new", "noise", 5.0, 0, -0.01, -0.1, 0.1, 1.0, "brings -0.0100"),
        ChannelWorth("all", "hot", 4.0, 0, 0.0, -0.1, 0.1, 1.0, "not above 0"),
        ChannelWorth("all", "slow", 4.0, 0, 0.0, -0.1, 0.1, 9.0, "too slow"),
        ChannelWorth("all", "noise", 4.0, 0, -0.01, -0.1, 0.1, 1.0, "brings -0.0100"),
    ),
    (MergeGain("recall@10", 0.1, 0.2, "hot", 0.15, 0.05, 0.15, 0.01, (0.02, 0.08)),),
)


def test_an_evaluation_keeps_what_the_merge_says():
    before = replace(FakeService(people=5, items=5).evaluation(SCENE), merge=REPORT)
    assert records.evaluation(json.loads(json.dumps(records.record(before)))).merge == REPORT
    assert before.as_json()["merge"]["gains"][0]["learned"] == 0.2
    plain = replace(FakeService(people=5, items=5).evaluation(SCENE), merge=None)
    assert "merge" not in plain.as_json()
    old = records.record(plain)
    del old["merge"]  # as records were before merges learned
    assert records.evaluation(old).merge is None


def test_an_evaluation_keeps_what_channels_share_and_older_records_have_none():
    before = FakeService(people=5, items=5).evaluation(SCENE)
    kept = json.loads(json.dumps(records.record(before)))
    after = records.evaluation(kept)
    for one, row in before.overlap.items():
        assert after.overlap[one] == pytest.approx(row, nan_ok=True)
    assert before.as_json()["overlap"]["itemcf"] == before.overlap["itemcf"]
    del kept["overlap"]
    assert records.evaluation(kept).overlap == {}
    assert "overlap" not in records.evaluation(kept).as_json()


def test_refused_is_who_is_asked_for_nobody():
    assert REPORT.refused == {"noise": "brings -0.0100"}


def test_a_play_survives_json_even_with_numpy_numbers():
    arm = ArmResult(np.float32(0.5), np.float64(0.4), 0.6, (np.float64(0.5),))
    before = PlayResult("s", np.int64(3), 2, {"funnel": arm})
    after = records.play(json.loads(json.dumps(records.record(before))))
    assert after == PlayResult("s", 3, 2, {"funnel": ArmResult(0.5, 0.4, 0.6, (0.5,))})


@pytest.mark.parametrize("read", [records.evaluation, records.play])
def test_a_record_of_another_shape_says_what_to_do(read):
    with pytest.raises(DataError, match="another version of twoside wrote it"):
        read({"scene": "s"})
