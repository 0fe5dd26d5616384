"""POST /v1/reasons and /v1/neighbours: why recall found something, in the owner's own ids."""

from __future__ import annotations

import pytest
from unit.server.serving import NOW_MS, post

from twoside.schema.request import Request
from twoside.server.fake import FakeService

SCENE = "recruiting/jobs_for_seeker"


@pytest.fixture
def fake():
    return FakeService(people=10, items=100)


def test_every_item_has_reasons_that_sum_to_its_score(fake):
    body = post(fake, "/v1/reasons", {"scene": SCENE, "person": "p3", "length": 4}).json()
    told = fake.reasons(SCENE, Request(3, NOW_MS, 4))
    assert body["known_person"] is True
    assert list(body["channels"]) == list(told.channels)
    for name, found in body["channels"].items():
        assert [item["id"] for item in found] == [1000 + one.item for one in told.channels[name]]
        for item in found:
            adds = [reason["adds"] for reason in item["because"]]
            assert sum(adds) == pytest.approx(item["score"])
            assert adds == sorted(adds, reverse=True)
    first = body["channels"]["itemcf"][0]
    assert first["of"] == "items"
    assert first["because"][0]["behaviour"] in ("view", "chat", "reach")


def test_people_who_are_like_somebody_are_named(fake):
    body = post(fake, "/v1/reasons", {"scene": SCENE, "person": "p3"}).json()
    near = [one["id"] for one in body["near_people"]["usercf"]]
    assert near and "p3" not in near
    reason = body["channels"]["usercf"][0]["because"][0]
    assert reason["id"] in near
    assert reason["behaviour"] == ""


def test_for_somebody_new_there_are_no_reasons(fake):
    body = post(fake, "/v1/reasons", {"scene": SCENE, "person": "stranger"}).json()
    assert body["known_person"] is False
    assert all(found == [] for found in body["channels"].values())


def test_neighbours_are_listed_by_channel_nearest_first(fake):
    body = post(fake, "/v1/neighbours", {"scene": SCENE, "item": 1010, "length": 3}).json()
    assert [one["id"] for one in body["channels"]["itemcf"]] == [1011, 1012, 1013]
    assert body["channels"]["swing"] == []
    scores = [one["score"] for one in body["channels"]["ease"]]
    assert scores == sorted(scores, reverse=True)


def test_an_item_that_nobody_knows_is_refused(fake):
    answer = post(fake, "/v1/neighbours", {"scene": SCENE, "item": "none"})
    assert answer.status_code == 422
    assert answer.json()["error"] == [
        {"where": "item", "message": "'none': the lake has no such job."}
    ]
