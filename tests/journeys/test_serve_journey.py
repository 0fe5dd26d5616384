"""`twoside serve` on a small world: lists, events, restart, a new version, a broken one."""

from __future__ import annotations

import asyncio
import html
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from twoside.domains import catalogue
from twoside.store.artefacts import Artefacts

pytestmark = pytest.mark.journey

SCENE = "recruiting/jobs_for_seeker"
FUNNEL = """
scene = "jobs_for_seeker"
[[recall]]
use = "content"
limit = 150
[[recall]]
use = "hot"
limit = 150
[merge]
how = "snake"
limit = 200
[prerank]
use = "linear"
keep = 60
[[rank]]
use = "xgboost"
rounds = 8
refit = false
threads = 1
[rerank.fusion]
use = "weighted"
[rerank.fusion.weights]
view = 1.0
[rerank.diversity]
relevance = 1.0
[rerank.rules.seen]
shown_days = 3.0
times = 2
[training]
days = 4
rows = 4000
targets = ["view", "chat"]
"""
QUIET = {**os.environ, "OMP_NUM_THREADS": "1"}


def twoside(*arguments, check=True):
    command = [sys.executable, "-m", "twoside.cli.app", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=check, env=QUIET)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A world of six days with a published funnel."""
    folder = tmp_path_factory.mktemp("serve")
    (folder / "funnel.toml").write_text(FUNNEL)
    lake = folder / "lake"
    size = ("--seekers", 400, "--jobs", 200, "--days", 6)
    twoside("world", "make", "recruiting", "--lake", lake, *size)
    twoside("funnel", "train", SCENE, "--lake", lake, "--config", folder / "funnel.toml")
    return lake


@pytest.fixture
def lake(made, tmp_path):
    """A copy of it, for what a test does to its lake is nobody else's."""
    return Path(shutil.copytree(made, tmp_path / "lake"))


@contextmanager
def serving(lake):
    """The address of a server over the lake; it is ended at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "twoside.cli.app", "serve", "--lake", str(lake)]
    log = lake.parent / f"server-{port}.log"
    with log.open("w") as out:
        command += ["--port", str(port)]
        server = subprocess.Popen(command, stdout=out, stderr=out, env=QUIET)
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(1200):
            assert server.poll() is None, log.read_text()
            try:
                httpx.get(f"{base}/healthz").raise_for_status()
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield base
    finally:
        server.terminate()
        server.wait(30)


def listed(base, person, length=20):
    body = {"scene": SCENE, "person": person, "length": length}
    answer = httpx.post(f"{base}/v1/recommend", json=body, timeout=30)
    assert answer.status_code == 200, answer.text
    return answer.json()


def ids(answer):
    return [item["id"] for item in answer["items"]]


def expose(base, person, items):
    events = [
        {"scene": SCENE, "kind": "expose", "person": person, "item": item, "position": n}
        for n, item in enumerate(items)
    ]
    answer = httpx.post(f"{base}/v1/events", json={"events": events}, timeout=30)
    assert answer.json() == {"accepted": len(items), "unknown": []}


@pytest.fixture
def person(lake):
    """Somebody whom the lake knows, and who never did anything."""
    own = catalogue.declared(SCENE, lake).lake
    active = set(own.read("events", columns=["person"])["person"].to_pylist())
    silent = next(row for row in range(len(own.rows("seeker"))) if row not in active)
    return own.rows("seeker").ids([silent])[0]


def test_metrics_and_features_are_shown_as_soon_as_they_are_computed(lake):
    bi, features = (f"/console/en/{page}?scene={SCENE}" for page in ("bi", "features"))
    with serving(lake) as base:

        def page(address):
            shown = httpx.get(f"{base}{address}", timeout=30)
            assert shown.status_code == 200
            return html.unescape(shown.text)

        assert "no cube yet. Make it with: twoside bi build" in page(bi)
        assert f"twoside features report {SCENE}" in page(features)
        twoside("bi", "build", "--lake", lake)
        told = twoside("bi", "show", "chat_rate", "--lake", lake, "--by", "city", "--json")
        cities = json.loads(told.stdout)["series"]
        shown = page(f"{bi}&metric=chat_rate&by=city")
        above, below = (sum(s[part] for s in cities) for part in ("numerator", "denominator"))
        assert f">{above / below:.2%}<" in shown
        assert f">{above:,.0f}<" in shown and f">{below:,.0f}<" in shown
        assert all(one["value"] in shown for one in cities[:12])
        one = cities[0]
        inside = page(f"{bi}&metric=chat_rate&by=title&where=city:{one['value']}")
        assert f">{one['numerator'] / one['denominator']:.2%}<" in inside
        assert "Did you mean" in page(f"{bi}&metric=chat_rat")

        until = json.loads(told.stdout)["days"][-2]
        asked = ("--lake", lake, "--until", until, "--rows", 2_000, "--json")
        found = json.loads(twoside("features", "report", SCENE, *asked).stdout)
        shown = page(features)
        assert f">{len(found['features'])}<" in shown and f">{found['rows']:,}<" in shown
        assert all(f["name"] in shown for f in found["features"])


def test_a_day_of_serving(lake, person):
    with serving(lake) as base:
        known, stranger = listed(base, person), listed(base, "nobody")
        for answer in (known, stranger):
            assert len(set(ids(answer))) == 20
            assert (answer["failed"], answer["version"]) == ([], "v0001")
        assert (known["known_person"], stranger["known_person"]) == (True, False)

        # What was shown twice and passed by is not shown again.
        expose(base, person, ids(known))
        expose(base, person, ids(known))
        after = listed(base, person)
        assert not set(ids(after)) & set(ids(known))

        _pages_are_shown(base, person, known["request_id"])
        metrics = httpx.get(f"{base}/metrics").text
        assert f'twoside_events_total{{kind="expose",scene="{SCENE}"}} 40.0' in metrics
        assert 'stage="features"' in metrics

    with serving(lake) as base:
        assert not set(ids(listed(base, person))) & set(ids(known)), "a restart forgets nothing"
        _new_version_under_load(base, lake, person)
        _broken_version_is_refused(base, lake, person)

    start = twoside("serve", "--lake", lake, "--port", 0, check=False)
    assert start.returncode != 0
    assert "rank-xgboost.npz is corrupt" in start.stderr
    assert f"artefact {SCENE} v0003" in start.stderr


def _pages_are_shown(base, person, request_id):
    for language in ("en", "zh"):
        for page in ("overview", "recall", "ranker", "world", "data", "features"):
            shown = httpx.get(f"{base}/console/{language}/{page}?scene={SCENE}", timeout=30)
            assert shown.status_code == 200
            assert "could not be shown" not in shown.text
        for query in (f"person={person}", "person=nobody", f"request={request_id}"):
            address = f"{base}/console/{language}/explain?scene={SCENE}&{query}"
            told = httpx.get(address, timeout=30).text
            assert "probability" in told
            assert ("城市" if language == "zh" else "City") in told or "nobody" in query


def _new_version_under_load(base, lake, person):
    """Requests go on while another version is loaded; all are answered, the last ones by it."""
    artefacts = Artefacts(lake / "artefacts")
    old = artefacts.load(SCENE)

    async def ask(client, n):
        await asyncio.sleep(n * 0.02)
        body = {"scene": SCENE, "person": person if n % 2 else "nobody", "length": 5}
        return await client.post("/v1/recommend", json=body)

    async def conversation():
        async with httpx.AsyncClient(base_url=base, timeout=30) as client:
            load = asyncio.gather(*(ask(client, n) for n in range(100)))
            artefacts.publish(SCENE, old.parts, old.about)
            reload = await client.post("/v1/reload")
            return await load, reload

    answers, reload = asyncio.run(conversation())
    assert reload.json()["artefacts"][SCENE] == "v0002"
    assert {answer.status_code for answer in answers} == {200}
    assert listed(base, person)["version"] == "v0002"


def _broken_version_is_refused(base, lake, person):
    artefacts = Artefacts(lake / "artefacts")
    old = artefacts.load(SCENE)
    version = artefacts.publish(SCENE, old.parts, old.about)
    broken = Path(lake / "artefacts" / SCENE / version / "rank-xgboost.npz")
    raw = bytearray(broken.read_bytes())
    raw[len(raw) // 2] ^= 255
    broken.write_bytes(bytes(raw))
    answer = httpx.post(f"{base}/v1/reload", timeout=30)
    assert answer.status_code == 503
    assert "rank-xgboost.npz is corrupt" in answer.json()["error"][0]["message"]
    assert listed(base, person)["version"] == "v0002"


def test_a_lake_without_a_funnel_says_how_to_make_one(tmp_path):
    lake = tmp_path / "lake"
    size = ("--seekers", 20, "--jobs", 20, "--days", 1)
    twoside("world", "make", "recruiting", "--lake", lake, *size)
    start = twoside("serve", "--lake", lake, "--port", 0, check=False)
    assert start.returncode != 0
    assert f"Make one with: twoside funnel train {SCENE} --lake {lake}" in start.stderr


def test_lists_for_everybody_go_on_where_a_run_was_stopped(lake, tmp_path):
    everybody = ("recall", "all", SCENE, "--lake", lake, "--limit", 20, "--block", 100)
    whole = json.loads(twoside(*everybody, "--out", tmp_path / "whole", "--json").stdout)
    assert whole["people"] >= 400  # some came on later days
    assert whole["blocks"] == -(-whole["people"] // 100)
    assert whole["blocks_before"] == 0
    parts = sorted(path.name for path in (tmp_path / "whole").glob("part-*.parquet"))
    before = {name: (tmp_path / "whole" / name).read_bytes() for name in parts}
    for name in parts[1:]:
        (tmp_path / "whole" / name).unlink()
    again = json.loads(twoside(*everybody, "--out", tmp_path / "whole", "--json").stdout)
    assert again["blocks_before"] == 1
    assert before == {name: (tmp_path / "whole" / name).read_bytes() for name in parts}
    other = twoside(*everybody, "--channel", "hot", "--out", tmp_path / "whole", check=False)
    assert other.returncode == 1
    assert "channel" in other.stderr
    wrong = twoside(*everybody, "--channel", "hto", "--out", tmp_path / "x", check=False)
    assert "has no such channel. Did you mean 'hot'?" in wrong.stderr
