"""The feed's declared features on a real log, engine against online (see TWOSIDE_DATA)."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from online_lake import started

from twoside.domains.feed.domain import DOMAIN
from twoside.domains.feed.features import FEATURES
from twoside.features.online import remember, replay
from twoside.samples.join import build_samples
from twoside.schema.request import Request
from twoside.store.importing.importer import import_logs
from twoside.store.importing.mapping import load_mapping
from twoside.store.lake import Lake

DATA = Path(os.environ.get("TWOSIDE_DATA", "data")) / "kuairand"
MAPPING = Path(__file__).parents[3] / "examples" / "feed" / "kuairand.toml"


@pytest.mark.skipif(not DATA.is_dir(), reason="the KuaiRand files are not here: set TWOSIDE_DATA")
def test_all_that_feed_declares_is_the_same_online(tmp_path: Path) -> None:
    """A request of this log is a person's day, in which the tab changes: the context is that of
    each row, so every row is read by itself."""
    import_logs(load_mapping(MAPPING), DATA, tmp_path, DOMAIN)
    lake, scene = Lake.open(tmp_path), DOMAIN.scenes[0]
    features = FEATURES[scene.name]
    last = lake.days("exposures")[-1]
    begin, end = lake.calendar.start_of(last), lake.calendar.start_of(last + 1)
    samples = build_samples(lake, DOMAIN, scene.name, features, last, last, end, request_share=0.1)
    assert len(samples) > 500
    states = started(lake, DOMAIN, scene, features, begin)
    remember(states, lake, begin)
    exposures, events = (
        lake.read(table, last, last, scene=scene.name) for table in ("exposures", "events")
    )
    tab = dict(zip(exposures["exposure_id"].to_pylist(), exposures["tab"].to_pylist(), strict=True))
    requests = [
        Request(
            int(samples.person[row]),
            int(samples.ts_ms[row]),
            context={"tab": tab[int(samples.exposure_id[row])]},
            request_id=row,
        )
        for row in range(len(samples))
    ]
    found = np.empty_like(samples.values)
    for request in replay(states, requests, exposures, events):
        row = request.request_id
        found[row] = states.read([request], np.array([0, 1]), samples.item[row : row + 1])
    for n, column in enumerate(samples.columns):
        np.testing.assert_allclose(
            found[:, n], samples.values[:, n], rtol=1e-6, atol=1e-5, err_msg=column.name
        )
