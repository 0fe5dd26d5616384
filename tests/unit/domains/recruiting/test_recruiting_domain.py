import pytest

from twoside.domains.recruiting.domain import DOMAIN
from twoside.errors import ConfigError


def test_the_second_scene_is_the_first_turned_round():
    jobs, seekers = DOMAIN.scenes
    assert (jobs.person, jobs.item) == (seekers.item, seekers.person) == ("seeker", "job")
    assert {(b, a) for a, b in jobs.matching.matches} == set(seekers.matching.matches)


def test_every_target_is_made_of_declared_events_and_the_goal_is_a_target():
    for scene in DOMAIN.scenes:
        assert scene.target(scene.goal).sign == 1
        for target in scene.targets:
            for event in target.events:
                assert DOMAIN.event(event).sign == target.sign


def test_matching_columns_are_declared_and_of_one_type():
    for scene in DOMAIN.scenes:
        person, item = DOMAIN.entity(scene.person), DOMAIN.entity(scene.item)
        for ours, theirs in scene.matching.matches:
            assert person.column(ours).type == item.column(theirs).type
        assert item.column(scene.matching.born).type == "time"
        assert item.column("is_open").type == "number"


def test_an_unknown_scene_is_named_with_its_nearest():
    with pytest.raises(ConfigError, match="Did you mean 'jobs_for_seeker'"):
        DOMAIN.scene("job_for_seeker")
