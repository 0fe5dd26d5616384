"""Conditions of a mapping: what they mean, and what they refuse."""

from __future__ import annotations

import duckdb
import pytest

from twoside.errors import ConfigError
from twoside.store.importing.condition import condition
from twoside.store.importing.source import Source

COLUMNS = {"rating": "VARCHAR", "kind": "VARCHAR", "a:b": "BIGINT", "odd name": "DOUBLE"}
SOURCE = Source("log.csv", "", COLUMNS, True, 0)
ROWS = [
    {"rating": "4", "kind": "buy", "a:b": 1, "odd name": 0.5},
    {"rating": "3.5", "kind": "it's", "a:b": 2, "odd name": None},
    {"rating": None, "kind": None, "a:b": None, "odd name": -1e3},
    {"rating": "ten", "kind": "4", "a:b": 4, "odd name": 4.0},
]


def meets(text: str) -> list[bool]:
    sql = condition(text, SOURCE, "when").sql
    with duckdb.connect() as db:
        db.execute('create table t (rating varchar, kind varchar, "a:b" bigint, "odd name" double)')
        db.executemany("insert into t values (?, ?, ?, ?)", [list(r.values()) for r in ROWS])
        return [bool(value) for (value,) in db.execute(f"select {sql} from t").fetchall()]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", [1, 1, 1, 1]),
        ("rating >= 4", [1, 0, 0, 0]),
        ("rating != 4", [0, 1, 0, 0]),
        ("rating == 3.5", [0, 1, 0, 0]),
        ("kind == '4'", [0, 0, 0, 1]),
        ('kind == "it\'s"', [0, 1, 0, 0]),
        ("kind != 'buy'", [0, 1, 0, 1]),
        ("a:b<2", [1, 0, 0, 0]),
        ("`odd name` > -1e3", [1, 0, 0, 1]),
        ("`odd name` <= -1e3", [0, 0, 1, 0]),
        ("kind is unknown", [0, 0, 1, 0]),
        ("kind is known and a:b >= 2", [0, 1, 0, 1]),
        ("a:b == 1 or a:b == 4 and kind == 'x'", [1, 0, 0, 0]),
        ("(a:b == 1 or a:b == 4) and kind == '4'", [0, 0, 0, 1]),
        ("kind == '); drop table t; --'", [0, 0, 0, 0]),
    ],
)
def test_a_condition_means_what_it_says(text, wanted):
    assert meets(text) == [bool(w) for w in wanted]


def test_columns_compared_with_numbers_are_known():
    found = condition("rating >= 4 and rating < 5 or kind == 'x' and a:b > 1", SOURCE, "when")
    assert found.numbers == ("rating", "a:b")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "ratng >= 4",
            r"events\[0\]\.when = 'ratng >= 4': log\.csv has no column 'ratng'\. Did yo",
        ),
        ("rating >= four", r"expected a number or a text in quotes after '>='"),
        ("rating = 4", "did not expect '= 4'"),
        ("rating >= 4 and", "expected a column, got 'the end'"),
        ("rating", "expected == != < <= > or >= after 'rating'"),
        ("(rating >= 4", "a bracket is not closed"),
        ("rating >= 4 kind == 'x'", "did not expect 'kind'"),
        ("rating >= 4; drop table t", "did not expect '; drop tab'"),
        ("rating is 4", "expected `is known` or `is unknown`"),
        ("length(kind) > 3", r"log\.csv has no column 'length'"),
    ],
)
def test_what_is_not_a_condition_is_refused_with_the_place(text, message):
    with pytest.raises(ConfigError, match=message):
        condition(text, SOURCE, "events[0].when")
