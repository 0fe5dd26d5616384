"""Weights by target and by source, from the TOML to the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest

from twoside import config
from twoside.errors import ConfigError
from twoside.features.kinds.time import Hour
from twoside.funnel.settings import Training
from twoside.samples.join import build_samples
from twoside.samples.weights import Source, by_target
from twoside.schema.calendar import HOUR_MS, Calendar
from twoside.schema.domain import Domain, EventKind, Scene, Target
from twoside.schema.entities import Column, Entity
from twoside.schema.tables import EVENTS, EXPOSURES, REQUESTS
from twoside.store.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path

TAB = Column("tab", "category")
SCENE = Scene("things", "buyer", "thing", (Target("take", ("take",), 3),), context=(TAB,))
DOMAIN = Domain(
    "market",
    (Entity("buyer", (Column("x", "number"),)), Entity("thing", (Column("x", "number"),))),
    (EventKind("take", 1),),
    (SCENE,),
)
FIRST = 20_000


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """One list of four items: the first two in the tab `home`, the third in `near`; the second and
    the third are taken."""
    lake = Lake.create(tmp_path / "lake", "market", Calendar())
    ts = lake.calendar.start_of(FIRST) + HOUR_MS
    requests = pa.table([[1], [ts], ["things"], [0]], schema=REQUESTS)
    shown = [list(c) for c in zip(*[(n, 1, ts, "things", 0, n, n) for n in range(4)], strict=True)]
    taken = [(n, ts, "things", "take", 0, n, "person", n, np.nan) for n in (1, 2)]
    with lake.stage() as stage:
        codes = stage.codes(TAB, pa.array(["home", "home", "near", None]))
        exposures = pa.table(shown, schema=EXPOSURES).append_column("tab", pa.array(codes))
        events = pa.table([list(c) for c in zip(*taken, strict=True)], schema=EVENTS)
        for name, table in (("requests", requests), ("exposures", exposures), ("events", events)):
            stage.day(name, FIRST, table)
        stage.commit()
    return lake


def test_rows_count_by_source_and_positives_by_target(lake: Lake) -> None:
    table = {
        "positives": {"take": 3.0},
        "sources": [{"column": "tab", "word": "home", "weight": 0.5}],
    }
    training = config.build(Training, table, "training")
    end = lake.calendar.start_of(FIRST + 2)
    samples = build_samples(
        lake, DOMAIN, "things", (Hour("hour"),), FIRST, FIRST, end,
        positives=training.positives, sources=training.sources,
    )  # fmt: skip
    assert samples.weight.tolist() == [0.5, 0.5, 1, 1]
    assert samples.weight_of("take").tolist() == [0.5, 1.5, 3, 1]
    assert samples.rate("take") == pytest.approx(4.5 / 6)


def test_a_weight_multiplies_what_is_there() -> None:
    labels = {"take": np.array([1, 0, np.nan], np.float32)}
    factors = {"take": np.array([1.5, 0.5, 1], np.float32)}
    assert by_target(labels, factors, {"take": 2.0})["take"].tolist() == [3, 0.5, 1]
    assert by_target(labels, {}, {}) == {}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"sources": (Source("tap", "home", 1.0),)},
            "training.sources[0].column = 'tap': expected a category of the context of things. "
            "Did you mean 'tab'? Known: tab.",
        ),
        (
            {"sources": (Source("tab", "hom", 1.0),)},
            "training.sources[0].word = 'hom': the lake has no such tab. Did you mean 'home'? "
            "Known: home, near.",
        ),
        (
            {"sources": (Source("tab", "home", 0.0),)},
            "training.sources[0].weight = 0.0: expected a number above 0.",
        ),
        (
            {"positives": {"tale": 2.0}},
            "training.positives: no target 'tale'. Did you mean 'take'? Known: take.",
        ),
        ({"positives": {"take": -1}}, "training.positives.take = -1: expected a number above 0."),
    ],
)
def test_a_wrong_weight_is_refused(lake: Lake, given: dict, message: str) -> None:
    end = lake.calendar.start_of(FIRST + 2)
    with pytest.raises(ConfigError) as error:
        build_samples(lake, DOMAIN, "things", (Hour("hour"),), FIRST, FIRST, end, **given)
    assert str(error.value) == message
