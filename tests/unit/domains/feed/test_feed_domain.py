"""The declarations of the feed hold together."""

from __future__ import annotations

from twoside.domains.feed.domain import DOMAIN, VIDEOS_FOR_VIEWER

OUTCOMES = {"play_time_ms", "profile_stay_time", "comment_stay_time", "show_cnt", "like_cnt"}


def test_every_target_is_made_of_declared_events_of_its_sign():
    for target in VIDEOS_FOR_VIEWER.targets:
        for name in target.events:
            assert DOMAIN.event(name).sign == target.sign


def test_strength_has_the_sign_of_its_event():
    for event in DOMAIN.events:
        assert event.strength * event.sign > 0


def test_names_are_unique_and_no_column_is_an_outcome():
    for entity in DOMAIN.entities:
        names = [column.name for column in entity.columns]
        assert len(set(names)) == len(names)
        assert not OUTCOMES & set(names)
        assert not {event.name for event in DOMAIN.events} & set(names)


def test_the_scene_is_about_declared_things():
    DOMAIN.entity(VIDEOS_FOR_VIEWER.person)
    video = DOMAIN.entity(VIDEOS_FOR_VIEWER.item)
    assert video.column(VIDEOS_FOR_VIEWER.matching.born).type == "time"
    VIDEOS_FOR_VIEWER.target(VIDEOS_FOR_VIEWER.goal)
