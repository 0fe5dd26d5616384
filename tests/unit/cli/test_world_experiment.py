"""What an experiment refuses before it begins."""

from __future__ import annotations

import pytest

from twoside.cli.world import experiment
from twoside.errors import ConfigError


def test_an_unknown_arm_is_refused_with_the_nearest(tmp_path):
    with pytest.raises(ConfigError, match=r"no arm 'funel'\. Did you mean 'funnel'"):
        experiment("recruiting/jobs_for_seeker", tmp_path, tmp_path / "new", arm=["funel"])


def test_a_folder_that_is_there_is_not_written_into(tmp_path):
    with pytest.raises(ConfigError, match=r"--out = .*: it is there already\. Name a new folder"):
        experiment("recruiting/jobs_for_seeker", tmp_path, tmp_path, arm=["random"])
