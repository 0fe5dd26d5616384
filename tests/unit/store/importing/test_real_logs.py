"""The mappings in `examples/` on the real files, where these are at hand (see TWOSIDE_DATA)."""

from __future__ import annotations

import os
import re
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from twoside.domains.feed.domain import DOMAIN
from twoside.store.importing.importer import import_logs
from twoside.store.importing.mapping import load_mapping
from twoside.store.lake import Lake

ROOT = Path(__file__).parents[4]
DATA = Path(os.environ.get("TWOSIDE_DATA", "data")) / "kuairand"


def fits(mapping):
    assert mapping.domain == DOMAIN.name
    scene = DOMAIN.scene(mapping.scene)
    for source in mapping.entities:
        for name in source.columns:
            DOMAIN.entity(source.kind).column(name)
    assert set(mapping.exposures.context) <= {column.name for column in scene.context}
    for event in mapping.events:
        DOMAIN.event(event.kind)


@pytest.mark.parametrize("path", sorted((ROOT / "examples" / "feed").glob("*.toml")), ids=str)
def test_every_shipped_mapping_fits_its_domain(path):
    fits(load_mapping(path))


def test_the_mapping_of_the_guide_fits_its_domain(tmp_path):
    guide = (ROOT / "docs" / "import.md").read_text(encoding="utf-8")
    path = tmp_path / "guide.toml"
    path.write_text(re.findall(r"```toml\n(.*?)```", guide, re.DOTALL)[0], encoding="utf-8")
    fits(load_mapping(path))


@pytest.mark.skipif(not DATA.is_dir(), reason="the KuaiRand files are not here: set TWOSIDE_DATA")
def test_kuairand_comes_in_whole(tmp_path):
    mapping = load_mapping(ROOT / "examples" / "feed" / "kuairand.toml")
    report = import_logs(mapping, DATA, tmp_path / "lake", DOMAIN)
    assert (report.exposures, report.people, report.items) == (198_895, 24_717, 6_242)
    assert report.entities == {"viewer": 27_285, "video": 7_583}
    assert report.refused == {}
    log = pq.read_table(DATA / "impressions.parquet").to_pandas()
    flags = {"click": "is_click", "long_view": "long_view", "like": "is_like", "hate": "is_hate"}
    for kind, column in flags.items():
        assert report.events[kind] == log[column].sum()
    lake = Lake.open(tmp_path / "lake")
    day = (log["time_ms"] + 8 * 3_600_000) // 86_400_000
    assert report.requests == len(log.assign(day=day).drop_duplicates(["user_id", "day"]))
    assert lake.days("exposures") == sorted(day.unique())
    # The log's own date runs ahead: 1,789 rows of a late evening carry the next day.
    dated = log["date"].astype(str).astype("datetime64[s]").to_numpy().astype("datetime64[D]")
    ahead = dated.astype(np.int64) - day.to_numpy()
    assert set(np.unique(ahead)) == {0, 1}
    assert (ahead == 1).sum() == 1_789
