"""POST /v1/events: right events are kept as the lake has them, wrong ones are told."""

from __future__ import annotations

import math

import pyarrow as pa
from unit.server.serving import NOW_MS, post, talk

from twoside.schema.tables import EVENTS, EXPOSURES
from twoside.server.fake import FakeService

SCENE = "recruiting/jobs_for_seeker"
PATH = "/v1/events"


def event(**more):
    return {"scene": SCENE, "kind": "chat", "person": "p3", "item": 1004, **more}


def small():
    return FakeService(people=10, items=100)


def test_exposures_and_behaviours_are_kept_in_the_tables_of_the_lake():
    fake = small()
    shown = event(kind="expose", request_id=77, position=2, ts_ms=5, context={"tab": 4})
    answer = post(fake, PATH, {"events": [event(value=2.5), shown]})
    assert answer.json() == {"accepted": 2, "unknown": []}
    exposures, events = fake.recorded[0]
    assert exposures.schema == pa.schema([*EXPOSURES, ("tab", pa.float64())])
    assert events.schema == EVENTS
    exposure, behaviour = exposures.to_pylist()[0], events.to_pylist()[0]
    assert exposure["exposure_id"] >= NOW_MS
    del exposure["exposure_id"]
    assert exposure == {
        "request_id": 77,
        "ts_ms": 5,
        "scene": "jobs_for_seeker",
        "person": 3,
        "item": 4,
        "position": 2,
        "tab": 4.0,
    }
    assert (behaviour["ts_ms"], behaviour["kind"], behaviour["by"]) == (NOW_MS, "chat", "person")
    assert behaviour["value"] == 2.5


def test_who_acted_follows_the_domain_if_it_is_not_said():
    fake = small()
    post(fake, PATH, {"events": [event(kind="reply"), event(kind="reject", by="item"), event()]})
    assert fake.recorded[0][1]["by"].to_pylist() == ["item", "item", "person"]
    assert all(math.isnan(value) for value in fake.recorded[0][1]["value"].to_pylist())


def test_events_of_two_scenes_are_kept_apart():
    fake = small()
    turned = {"scene": "recruiting/seekers_for_boss", "kind": "view", "person": 1004, "item": "p3"}
    post(fake, PATH, {"events": [event(), turned, event()]})
    rows = [[(row["scene"], row["person"]) for row in t.to_pylist()] for _, t in fake.recorded]
    assert rows == [[("jobs_for_seeker", 3)] * 2, [("seekers_for_boss", 4)]]


def test_an_unknown_person_or_item_is_listed_and_the_others_are_kept():
    fake = small()
    body = {"events": [event(person="stranger"), event(item=5), event()]}
    assert post(fake, PATH, body).json() == {
        "accepted": 1,
        "unknown": [
            {"event": 0, "what": "person", "id": "stranger"},
            {"event": 1, "what": "item", "id": 5},
        ],
    }
    assert fake.recorded[0][1].num_rows == 1


def test_one_wrong_kind_refuses_all_and_every_wrong_place_is_named():
    fake = small()
    body = {"events": [event(), event(kind="chta"), event(scene="recruiting/x")]}
    answer = post(fake, PATH, body)
    assert answer.status_code == 422
    first, second = answer.json()["error"]
    assert first["where"] == "events.1.kind"
    assert "there is no kind 'chta'. Did you mean 'chat'? Known: chat, expose" in first["message"]
    assert second["where"] == "events.2.scene"
    assert fake.recorded == []


def test_a_misspelt_field_of_one_event_is_found():
    answer = post(small(), PATH, {"events": [event(), event(valeu=3)]})
    assert answer.status_code == 422
    problem = answer.json()["error"][0]
    assert problem["where"] == "events.1"
    assert "there is no field 'valeu'. Did you mean 'value'?" in problem["message"]


def test_a_time_far_ahead_and_a_wrong_context_are_refused():
    for wrong, where in (
        ({"ts_ms": NOW_MS + 2 * 86_400_000}, "events.1.ts_ms"),
        ({"context": {"tabb": 1}}, "events.1.context.tabb"),
        ({"context": {"tab": "first"}}, "events.1.context.tab"),
    ):
        fake = small()
        answer = post(fake, PATH, {"events": [event(), event(kind="expose", **wrong)]})
        assert answer.status_code == 422
        assert answer.json()["error"][0]["where"] == where
        assert fake.recorded == []


def test_no_events_at_all_is_an_error():
    assert post(small(), PATH, {"events": []}).status_code == 422


def test_events_are_counted_by_kind():
    async def conversation(client):
        await client.post(PATH, json={"events": [event(), event(), event(kind="expose")]})
        return (await client.get("/metrics")).text

    metrics = talk(small(), conversation)
    assert f'twoside_events_total{{kind="chat",scene="{SCENE}"}} 2.0' in metrics
    assert f'twoside_events_total{{kind="expose",scene="{SCENE}"}} 1.0' in metrics
