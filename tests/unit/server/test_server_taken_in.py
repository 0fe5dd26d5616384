"""Events that came over HTTP are there after a restart."""

from __future__ import annotations

import math

import pyarrow as pa

from twoside.schema.domain import Scene
from twoside.schema.entities import Column
from twoside.schema.tables import EVENTS, EXPOSURES
from twoside.server.taken_in import TakenIn

SCENE = Scene(
    "s", "person", "item", (), context=(Column("tab", "category"), Column("price", "number"))
)
SHOWN = pa.schema([*EXPOSURES, ("tab", pa.int32()), ("price", pa.float64())])


def event(ts_ms, value):
    row = {"event_id": ts_ms, "ts_ms": ts_ms, "scene": "s", "kind": "like", "person": 1, "item": 2}
    return {**row, "by": "person", "exposure_id": -1, "value": value}


def shown(ts_ms, tab=-1, price=0.5):
    row = {"exposure_id": ts_ms, "request_id": 1, "ts_ms": ts_ms, "scene": "s"}
    return {**row, "person": 1, "item": 2, "position": 0, "tab": tab, "price": price}


def tables(exposures, events):
    return (
        pa.Table.from_pylist(exposures, schema=SHOWN),
        pa.Table.from_pylist(events, schema=EVENTS),
    )


def test_what_was_written_comes_back_in_order_of_time(tmp_path):
    book = TakenIn(tmp_path, SCENE)
    book.write(*tables([shown(30)], [event(20, 1.5)]))
    book.write(*tables([shown(10)], [event(5, float("nan"))]))
    exposures, events = TakenIn(tmp_path, SCENE).read(since_ms=0)
    assert exposures.equals(tables([shown(10), shown(30)], [])[0])
    assert events["ts_ms"].to_pylist() == [5, 20]
    assert math.isnan(events["value"][0].as_py())
    assert events["value"][1].as_py() == 1.5


def test_only_what_came_after_the_lake_is_read(tmp_path):
    book = TakenIn(tmp_path, SCENE)
    book.write(*tables([shown(9), shown(10)], []))
    assert book.read(since_ms=10)[0]["ts_ms"].to_pylist() == [10]


def test_a_context_that_is_not_known_comes_back_as_not_known(tmp_path):
    book = TakenIn(tmp_path, SCENE)
    book.write(*tables([shown(9, tab=3, price=math.nan)], []))
    row = book.read(0)[0].to_pylist()[0]
    assert row["tab"] == 3
    assert math.isnan(row["price"])


def test_a_half_written_line_is_skipped(tmp_path):
    book = TakenIn(tmp_path, SCENE)
    book.write(*tables([shown(9)], []))
    with (tmp_path / "taken_in" / "s.jsonl").open("ab") as file:
        file.write(b'{"table": "exposures", "ts_m')
    assert book.read(0)[0].num_rows == 1
    book.write(*tables([shown(10)], []))
    assert book.read(0)[0].num_rows == 2


def test_nothing_taken_in_is_two_empty_tables(tmp_path):
    exposures, events = TakenIn(tmp_path, SCENE).read(0)
    assert (exposures.num_rows, events.num_rows) == (0, 0)
    assert (exposures.schema, events.schema) == (SHOWN, EVENTS)
