"""POST /v1/recommend: lists for everybody, and clear words for what is wrong."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
from unit.server.serving import NOW_MS, post, talk

from twoside.errors import ArtefactError
from twoside.server.fake import FakeService

SCENE = "recruiting/jobs_for_seeker"
PATH = "/v1/recommend"


def asked(**more):
    return {"scene": SCENE, "person": "p3", "length": 5, **more}


def test_a_list_has_outside_ids_scores_and_where_it_came_from():
    fake = FakeService(people=10, items=100)
    answer = post(fake, PATH, asked())
    assert answer.status_code == 200
    body = answer.json()
    wanted = fake.serve(SCENE, [_request(fake, "p3", 5)]).slates[0]
    assert [item["id"] for item in body["items"]] == [1000 + int(row) for row in wanted.items]
    assert [item["score"] for item in body["items"]] == pytest.approx(wanted.scores.tolist())
    assert [item["channel"] for item in body["items"]] == list(wanted.channels)
    assert body["request_id"] == NOW_MS * 1000
    assert body["version"] == "fake-1"
    assert (body["failed"], body["filled"], body["known_person"]) == ([], 0, True)


def test_an_unknown_person_gets_a_list():
    body = post(FakeService(people=10, items=100), PATH, asked(person="stranger")).json()
    assert len(body["items"]) == 5
    assert body["known_person"] is False


def test_the_other_side_of_the_market_takes_numbers_as_ids():
    request = {"scene": "recruiting/seekers_for_boss", "person": 1003, "length": 4}
    body = post(FakeService(people=30, items=100), PATH, request).json()
    assert body["known_person"] is True
    assert all(str(item["id"]).startswith("p") for item in body["items"])


def test_a_failed_channel_is_named_in_the_answer_and_counted():
    fake = FakeService(people=10, items=100)
    fake.failing = ("swing",)

    async def conversation(client):
        body = (await client.post(PATH, json=asked(person="nobody"))).json()
        return body, (await client.get("/metrics")).text

    body, metrics = talk(fake, conversation)
    assert body["failed"] == ["swing"]
    assert f'twoside_failed_channels_total{{channel="swing",scene="{SCENE}"}} 1.0' in metrics
    assert f'twoside_fallback_items_total{{scene="{SCENE}"}} 2.0' in metrics


@pytest.mark.parametrize(
    ("body", "where", "message"),
    [
        (asked(scene="recruiting/jobs_for_seker"), "scene", "Did you mean 'recruiting/jobs_for_s"),
        (asked(lenght=3), "body", "there is no field 'lenght'. Did you mean 'length'?"),
        (asked(length=0), "length", "0: Input should be greater than or equal to 1"),
        (asked(length=501), "length", "501: Input should be less than or equal to 500"),
        (asked(length="ten"), "length", "'ten': Input should be a valid integer"),
        (asked(context={"tap": 1}), "context.tap", "Did you mean 'tab'?"),
        (asked(context={"tab": "one"}), "context.tab", "'one': expected a number."),
        (asked(now_ms=NOW_MS + 2 * 86_400_000), "now_ms", "more than a day after now"),
        ({"scene": SCENE}, "person", "is required. Add it."),
        ([1, 2], "body", "expected a JSON object"),
    ],
)
def test_a_bad_request_is_a_422_that_says_where_and_what(body, where, message):
    answer = post(FakeService(people=10, items=100), PATH, body)
    assert answer.status_code == 422
    problem = answer.json()["error"][0]
    assert problem["where"] == where
    assert message in problem["message"]


def test_a_body_that_is_not_json_says_so():
    async def conversation(client):
        head = {"content-type": "application/json"}
        return await client.post(PATH, content='{"scene', headers=head)

    answer = talk(FakeService(people=10, items=100), conversation)
    assert answer.status_code == 422
    assert "is not JSON" in answer.json()["error"][0]["message"]


def test_a_path_that_is_not_there_is_a_404_in_the_same_form():
    answer = post(FakeService(people=10, items=100), "/v1/recomend", {})
    assert (answer.status_code, answer.json()["error"][0]["where"]) == (404, "/v1/recomend")


class Broken(FakeService):
    """Cannot serve one person."""

    def serve(self, scene, requests):
        if any(request.person == 7 for request in requests):
            raise ArtefactError("artefact x: corrupt. Publish it again.")
        return super().serve(scene, requests)


def test_one_request_that_fails_does_not_spoil_those_beside_it():
    async def conversation(client):
        people = ["p6", "p7", "p8", "p9"]
        return await asyncio.gather(*(client.post(PATH, json=asked(person=p)) for p in people))

    answers = talk(Broken(people=10, items=100), conversation)
    assert [answer.status_code for answer in answers] == [200, 503, 200, 200]
    assert "artefact x: corrupt" in answers[1].json()["error"][0]["message"]


class Slow(FakeService):
    """Remembers how many requests came together."""

    def __init__(self):
        super().__init__(people=50, items=100)
        self.sizes = []

    def serve(self, scene, requests):
        self.sizes.append(len(requests))
        return super().serve(scene, requests)


@pytest.mark.parametrize(("largest", "biggest"), [(8, 8), (1, 1)])
def test_requests_that_wait_together_go_together_and_everyone_gets_his_own_list(largest, biggest):
    fake = Slow()

    async def conversation(client):
        calls = (client.post(PATH, json=asked(person=f"p{n}")) for n in range(30))
        return await asyncio.gather(*calls)

    answers = talk(fake, conversation, largest_batch=largest)
    assert sum(fake.sizes) == 30
    assert max(fake.sizes) == biggest
    for n, answer in enumerate(answers):
        wanted = fake.serve(SCENE, [_request(fake, f"p{n}", 5)]).slates[0].items
        assert [item["id"] for item in answer.json()["items"]] == (1000 + wanted).tolist()


def test_request_ids_are_unique_and_fit_a_javascript_number():
    async def conversation(client):
        calls = (client.post(PATH, json=asked()) for _ in range(20))
        return [answer.json()["request_id"] for answer in await asyncio.gather(*calls)]

    ids = talk(FakeService(people=10, items=100), conversation)
    assert len(set(ids)) == 20
    assert max(ids) < 2**53


def _request(fake, person, length):
    from twoside.schema.request import Request

    return Request(fake.row(SCENE, "seeker", person), NOW_MS, length)


def test_scores_are_plain_numbers_not_arrays():
    body = post(FakeService(people=10, items=100), PATH, asked()).json()
    assert all(np.isfinite(item["score"]) for item in body["items"])
