"""A result comes back from its record as it was."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from twoside.errors import DataError
from twoside.schema import records
from twoside.schema.evaluation import ArmResult, PlayResult
from twoside.server.fake import FakeService

SCENE = "recruiting/jobs_for_seeker"


def test_an_evaluation_survives_json_with_its_curves():
    before = FakeService(people=5, items=5).evaluation(SCENE)
    after = records.evaluation(json.loads(json.dumps(records.record(before))))
    assert math.isnan(after.recall["merged"].unique)
    assert after.rank == before.rank
    assert after.stages == before.stages
    assert after.as_json()["exposures"] == before.as_json()["exposures"]


def test_a_play_survives_json_even_with_numpy_numbers():
    arm = ArmResult(np.float32(0.5), np.float64(0.4), 0.6, (np.float64(0.5),))
    before = PlayResult("s", np.int64(3), 2, {"funnel": arm})
    after = records.play(json.loads(json.dumps(records.record(before))))
    assert after == PlayResult("s", 3, 2, {"funnel": ArmResult(0.5, 0.4, 0.6, (0.5,))})


@pytest.mark.parametrize("read", [records.evaluation, records.play])
def test_a_record_of_another_shape_says_what_to_do(read):
    with pytest.raises(DataError, match="another version of twoside wrote it"):
        read({"scene": "s"})
