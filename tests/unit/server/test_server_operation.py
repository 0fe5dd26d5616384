"""Running it: health, metrics, reload without a pause, documentation without internet."""

from __future__ import annotations

import asyncio
import re
import threading

from unit.server.serving import get, talk

from twoside.errors import ArtefactError
from twoside.server.fake import FakeService

SCENE = "recruiting/jobs_for_seeker"


def small():
    return FakeService(people=10, items=100)


def recommend(client):
    return client.post("/v1/recommend", json={"scene": SCENE, "person": "p1", "length": 3})


def test_health_names_the_artefacts_in_use():
    body = get(small(), "/healthz").json()
    assert body["status"] == "ok"
    assert body["artefacts"][SCENE] == "fake-1"


def test_metrics_tell_requests_times_stages_and_the_version():
    async def conversation(client):
        await recommend(client)
        await client.post("/v1/recommend", json={})
        await client.get("/v1/guess/123")
        return (await client.get("/metrics")).text

    metrics = talk(small(), conversation)
    assert 'twoside_requests_total{path="/v1/recommend",status="200"} 1.0' in metrics
    assert 'twoside_requests_total{path="/v1/recommend",status="422"} 1.0' in metrics
    assert 'twoside_requests_total{path="other",status="404"} 1.0' in metrics
    assert 'twoside_request_seconds_count{path="/v1/recommend"} 2.0' in metrics
    for stage in ("wait", "funnel", "recall", "rank", "rerank"):
        assert f'twoside_stage_seconds_count{{scene="{SCENE}",stage="{stage}"}} 1.0' in metrics
    assert f'twoside_artefact{{scene="{SCENE}",version="fake-1"}} 1.0' in metrics


class Loading(FakeService):
    """Its reload takes until the test lets it end; it may fail."""

    def __init__(self, error=""):
        super().__init__(people=10, items=100)
        self.begun, self.may_end, self.error = threading.Event(), threading.Event(), error

    def reload(self):
        self.begun.set()
        assert self.may_end.wait(10)
        if self.error:
            raise ArtefactError(self.error)
        super().reload()


def test_a_reload_drops_no_request_and_swaps_the_version():
    fake = Loading()
    fake.current = "fake-2"

    async def conversation(client):
        reload = asyncio.create_task(client.post("/v1/reload"))
        await asyncio.to_thread(fake.begun.wait, 10)
        during = [(await recommend(client)).json()["version"] for _ in range(3)]
        fake.may_end.set()
        done = await reload
        after = (await recommend(client)).json()["version"]
        return during, done, after, (await client.get("/metrics")).text

    during, done, after, metrics = talk(fake, conversation, watch_seconds=1e6)
    assert during == ["fake-1"] * 3
    assert done.json()["artefacts"][SCENE] == "fake-2"
    assert after == "fake-2"
    assert 'version="fake-1"' not in metrics
    assert 'twoside_reloads_total{outcome="done"} 1.0' in metrics


def test_a_reload_that_fails_says_why_and_the_old_version_stays():
    fake = Loading("artefact recruiting/x v0002: rank.npz is corrupt.")
    fake.may_end.set()

    async def conversation(client):
        answer = await client.post("/v1/reload")
        return answer, await recommend(client), (await client.get("/healthz")).json()

    answer, listed, health = talk(fake, conversation, watch_seconds=1e6)
    assert answer.status_code == 503
    assert "rank.npz is corrupt" in answer.json()["error"][0]["message"]
    assert listed.json()["version"] == "fake-1"
    assert "rank.npz is corrupt" in health["last_reload_error"]


def test_a_new_current_version_is_noticed_without_being_told():
    fake = small()

    async def conversation(client):
        fake.current = "fake-2"
        for _ in range(400):
            health = (await client.get("/healthz")).json()
            if health["artefacts"][SCENE] == "fake-2":
                return True
            await asyncio.sleep(0.005)
        return False

    assert talk(fake, conversation, watch_seconds=0.01)


def test_the_documentation_names_every_path_and_field_and_loads_nothing():
    page = get(small(), "/docs").text
    for word in (
        "/v1/recommend",
        "/v1/events",
        "/v1/reload",
        "/healthz",
        "/metrics",
        "person",
        "position",
        "integer ≥ 1 ≤ 500",
        "The person&#39;s id in your own data",
    ):
        assert word in page, word
    assert not re.search(r"<script|<link rel=.stylesheet|src=|https?://|url\(|@import", page)


def test_the_open_api_description_is_served():
    assert get(small(), "/openapi.json").json()["info"]["title"] == "twoside"
