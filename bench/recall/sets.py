"""Public sets as recall takes them, split into what is learned from and what is asked.

    sequences      DIR/NAME.txt, a line `person item item ...` in order of time, and attributes in
                   DIR/NAME_item2attributes.json(.gz) if there are any; the last item of each
                   person is asked in the test, the one before it in tuning
    ncf            DIR/interactions.parquet (userID, movieID), DIR/ncf.test.rating and
                   ncf.test.negative: leave one out with 99 negatives (He et al. 2017); tuning asks
                   one drawn item of each person among 99 drawn others
    careerbuilder  DIR/*.train.rating, *.val.rating and *.test_classification.rating: pairs; train
                   lies in order of time (its last third foretells the test twice as well as its
                   first, `likes_by_third`) and is taken as twelve weeks of equally many a day
    pairs          DIR/NAME, lines `person item` without order; 10 % asked in tuning and in test

Elsewhere all behaviours of a person are of the same moment. What was learned from is never right
and never among the candidates.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from twoside.errors import DataError
from twoside.funnel.recall.ask import ask
from twoside.funnel.recall.channel import Asking, RecallData
from twoside.metrics.topn import Truth
from twoside.schema.behaviours import Behaviours
from twoside.schema.calendar import DAY_MS
from twoside.schema.entities import Codes, EntityTable

if TYPE_CHECKING:
    from pathlib import Path

Format = Literal["sequences", "ncf", "careerbuilder", "pairs"]
FORMATS: tuple[Format, ...] = ("sequences", "ncf", "careerbuilder", "pairs")
Stage = Literal["tune", "test"]
_START_MS = 1_700_000_000_000
_WEEKS = 12


@dataclass(frozen=True)
class Held:
    """What one stage learns from and asks."""

    data: RecallData
    person: np.ndarray
    """int32 (n,): who is asked"""
    truth: Truth
    """The right items of each"""
    candidates: np.ndarray | None = None
    """int32 (n, 100): the right item first, then 99 others; None: all items compete"""

    def asking(self) -> Asking:
        """Everybody asks at the end, with the whole past."""
        return ask(
            self.person,
            np.full(len(self.person), self.data.now_ms),
            self.data.behaviours.by_person(self.data.people.size),
            self.data.people,
            self.data.items,
            latest=10_000,
        )


@dataclass(frozen=True)
class PublicSet:
    """A set with both stages; the test learns from all that tuning asked (but for
    careerbuilder, whose validation pairs serve tuning alone)."""

    name: str
    format: Format
    tune: Held
    test: Held

    @property
    def ordered(self) -> bool:
        """Is it known who took what after what?"""
        return self.format in ("sequences", "careerbuilder")

    def stage(self, name: Stage) -> Held:
        """`tune` or `test`."""
        return self.tune if name == "tune" else self.test

    @cached_property
    def fingerprint(self) -> str:
        """Of all that is learned from and asked."""
        found = hashlib.sha256()
        for held in (self.tune, self.test):
            log, tables = held.data.behaviours, (held.data.people, held.data.items)
            arrays = [log.person, log.item, log.ts_ms, held.person]
            arrays += [held.truth.start, held.truth.item]
            arrays += [column for table in tables for column in table.columns.values()]
            lists = [codes for table in tables for codes in table.lists.values()]
            arrays += [part for codes in lists for part in (codes.values, codes.start)]
            arrays += [] if held.candidates is None else [held.candidates]
            for array in arrays:
                found.update(np.ascontiguousarray(array).tobytes())
        return found.hexdigest()[:16]


def read(folder: Path, name: str, form: Format, seed: int = 0) -> PublicSet:
    """A set from its folder. `seed` draws what a format leaves open."""
    if form == "sequences":
        return _sequences(folder, name)
    if form == "ncf":
        return _ncf(folder, name, seed)
    if form == "careerbuilder":
        return _careerbuilder(folder, name)
    return _pairs(folder, name, seed)


def _sequences(folder: Path, name: str) -> PublicSet:
    path = folder / f"{name}.txt"
    lines = _lines(path)
    if max(map(len, lines), default=0) < 4:
        raise DataError(f"{path}: nobody has three items: one to learn from, two to ask.")
    person = np.repeat([line[0] for line in lines], [len(line) - 1 for line in lines])
    item = np.concatenate([line[1:] for line in lines])
    left = np.concatenate([np.arange(len(line) - 1, 0, -1) for line in lines])  # 1: the last
    items = _with_attributes(folder, name, int(item.max()) + 1)
    people = int(person.max()) + 1
    stages = [
        Held(
            _data(person[left > k], item[left > k], people, items),
            person[left == k].astype(np.int32),
            Truth.of(np.arange((left == k).sum()), item[left == k], int((left == k).sum())),
        )
        for k in (2, 1)
    ]
    return PublicSet(name, "sequences", *stages)


def _lines(path: Path) -> list[np.ndarray]:
    """int64: the person of each line and its items."""
    found = []
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        try:
            row = np.array(line.split(), np.int64)
        except (ValueError, OverflowError):
            row = np.array([-1])
        if (row < 0).any():
            raise DataError(
                f"{path}, line {number}: {line[:60]!r}: expected a person and its items in order "
                f"of time, numbers of 0 or more (bench.recall.as_sequences makes them of a log)."
            )
        if len(row):
            found.append(row)
    return found


def _with_attributes(folder: Path, name: str, size: int) -> EntityTable:
    plain = folder / f"{name}_item2attributes.json"
    packed = plain.with_suffix(".json.gz")
    if packed.exists():
        text = gzip.decompress(packed.read_bytes()).decode()
    elif plain.exists():
        text = plain.read_text()
    else:
        return EntityTable("item", size, {})
    words = {int(item): found for item, found in json.loads(text).items()}
    of_row = [words.get(row, []) for row in range(size)]
    start = np.concatenate([[0], np.cumsum([len(found) for found in of_row])]).astype(np.int64)
    codes = Codes(np.concatenate([np.array(found, np.int32) for found in of_row]), start)
    return EntityTable(
        "item", size, {}, {"attributes": codes}, None, {"attributes": int(codes.values.max()) + 1}
    )


def _data(person: np.ndarray, item: np.ndarray, people: int, items: EntityTable) -> RecallData:
    """Likes, a second apart within a person, in the order given."""
    rows = np.argsort(person, kind="stable")
    person, item = person[rows], item[rows]
    first = np.searchsorted(person, np.arange(people))
    step = np.arange(len(person)) - first[person]
    ts_ms = _START_MS + 1000 * step
    log = Behaviours(
        person.astype(np.int32), item.astype(np.int32), ts_ms, np.ones(len(person), np.float32)
    )
    now = int(ts_ms.max()) + 1000
    return RecallData(log, EntityTable("person", people, {}), items, now)


def _at_once(data: RecallData) -> RecallData:
    """The same without an order: everything happened at one moment."""
    log = data.behaviours
    at = np.full(len(log), _START_MS, np.int64)
    return replace(data, behaviours=replace(log, ts_ms=at), now_ms=_START_MS + DAY_MS)


def _ncf(folder: Path, name: str, seed: int) -> PublicSet:
    pairs = pd.read_parquet(folder / "interactions.parquet")
    people, films = (pd.factorize(pairs[c].astype(np.int64)) for c in ("userID", "movieID"))
    person, item = people[0], films[0]
    tables = _viewers(folder, people[1]), _films(folder, films[1])
    lines = (folder / "ncf.test.negative").read_text().splitlines()
    asked = np.array([line.split("\t")[0].strip("()").split(",") for line in lines], np.int64)
    others = np.array([line.split("\t")[1:] for line in lines], np.int64)
    size = tables[1].size
    learn = ~np.isin(person * size + item, asked[:, 0] * size + asked[:, 1])
    person, item = person[learn], item[learn]
    test = Held(
        _pairs_data(person, item, tables),
        asked[:, 0].astype(np.int32),
        Truth.of(np.arange(len(asked)), asked[:, 1], len(asked)),
        np.column_stack([asked[:, 1], others]).astype(np.int32),
    )
    rng = np.random.default_rng(seed)
    shuffled = rng.permutation(len(person))
    who, first = np.unique(person[shuffled], return_index=True)
    held = shuffled[first]
    rest = np.ones(len(person), bool)
    rest[held] = False
    right = item[held]
    taken = np.zeros((tables[0].size, size), bool)
    taken[person, item] = True
    drawn = np.stack([rng.choice(np.flatnonzero(~taken[p]), 99, replace=False) for p in who])
    tune = Held(
        _pairs_data(person[rest], item[rest], tables),
        who.astype(np.int32),
        Truth.of(np.arange(len(who)), right, len(who)),
        np.column_stack([right, drawn]).astype(np.int32),
    )
    return PublicSet(name, "ncf", tune, test)


def _pairs_data(
    person: np.ndarray, item: np.ndarray, tables: tuple[EntityTable, EntityTable]
) -> RecallData:
    data = _at_once(_data(person, item, tables[0].size, tables[1]))
    return replace(data, people=tables[0])


def _viewers(folder: Path, ids: np.ndarray) -> EntityTable:
    path = folder / "users.dat"
    if not path.exists():
        return EntityTable("person", len(ids), {})
    rows = [line.split("::") for line in path.read_text("latin-1").splitlines()]
    table = pd.DataFrame(rows, columns=["id", "gender", "age", "job", "zip"])
    table = table.set_index(table["id"].astype(int)).reindex(ids)
    table["zip"] = table["zip"].str[:2]
    columns = {
        c: pd.factorize(table[c])[0].astype(np.int32) for c in ("gender", "age", "job", "zip")
    }
    sizes = {c: int(code.max()) + 1 for c, code in columns.items()}
    return EntityTable("person", len(ids), columns, {}, None, sizes)


def _films(folder: Path, ids: np.ndarray) -> EntityTable:
    path = folder / "movies.dat"
    if not path.exists():
        return EntityTable("item", len(ids), {})
    rows = [line.split("::") for line in path.read_text("latin-1").splitlines()]
    table = pd.DataFrame(rows, columns=["id", "title", "genres"])
    table = table.set_index(table["id"].astype(int)).reindex(ids)
    decade, decades = pd.factorize(table["title"].str.extract(r"\((\d{3})\d\)$")[0])
    genres = table["genres"].str.split("|").tolist()
    known = sorted({word for row in genres if isinstance(row, list) for word in row})
    code = [[known.index(w) for w in row] if isinstance(row, list) else [] for row in genres]
    start = np.concatenate([[0], np.cumsum([len(row) for row in code])]).astype(np.int64)
    values = np.array([c for row in code for c in row], np.int32)
    return EntityTable(
        "item",
        len(ids),
        {"decade": decade.astype(np.int32)},
        {"genres": Codes(values, start)},
        None,
        {"decade": len(decades), "genres": len(known)},
    )


def _careerbuilder(folder: Path, name: str) -> PublicSet:
    def rows(kind: str) -> np.ndarray:
        (path,) = folder.glob(f"*.{kind}.rating")
        return np.loadtxt(path, np.int64, ndmin=2)

    learn, val, labelled = rows("train"), rows("val"), rows("test_classification")
    test = labelled[labelled[:, 2] == 1]
    top = np.max([table[:, :2].max(axis=0) for table in (learn, val, labelled)], axis=0) + 1
    tables = EntityTable("person", int(top[0]), {}), EntityTable("item", int(top[1]), {})
    at = _START_MS + np.arange(len(learn)) * (_WEEKS * 7 * DAY_MS // len(learn))
    log = Behaviours(
        learn[:, 0].astype(np.int32),
        learn[:, 1].astype(np.int32),
        at,
        np.ones(len(learn), np.float32),
    )
    data = RecallData(log, *tables, _START_MS + _WEEKS * 7 * DAY_MS)
    return PublicSet(name, "careerbuilder", _held(data, val), _held(data, test))


def likes_by_third(found: PublicSet) -> np.ndarray:
    """float64 (3,): least squares of how often each item is right in the test, by its likes in the
    first, second and last third of the log: does the order of the log tell what comes next?"""
    log, size = found.test.data.behaviours, found.test.data.items.size
    third = np.argsort(np.argsort(log.ts_ms, kind="stable")) * 3 // len(log)
    likes = np.stack([np.bincount(log.item[third == k], minlength=size) for k in range(3)], axis=1)
    right = np.bincount(found.test.truth.item, minlength=size)
    return np.asarray(np.linalg.lstsq(likes, right, rcond=None)[0])


def _held(data: RecallData, pairs: np.ndarray) -> Held:
    """What is asked, without pairs that were learned from."""
    size = data.items.size
    known = data.behaviours.person.astype(np.int64) * size + data.behaviours.item
    new = pairs[~np.isin(pairs[:, 0] * size + pairs[:, 1], known)]
    person, row = np.unique(new[:, 0], return_inverse=True)
    return Held(data, person.astype(np.int32), Truth.of(row, new[:, 1], len(person)))


def _pairs(folder: Path, name: str, seed: int) -> PublicSet:
    path = folder / name
    path = path if path.exists() else folder / f"{name}.txt"
    table = pd.read_parquet(path) if path.suffix == ".parquet" else None
    ids = table.iloc[:, :2].to_numpy() if table is not None else np.loadtxt(path, str)[:, :2]
    person, item = (pd.factorize(ids[:, n])[0] for n in (0, 1))
    part = np.random.default_rng(seed).random(len(person))
    tables = (
        EntityTable("person", int(person.max()) + 1, {}),
        EntityTable("item", int(item.max()) + 1, {}),
    )
    stages = []
    for low, high in ((0.8, 0.9), (0.9, 1.0)):
        data = _pairs_data(person[part < low], item[part < low], tables)
        asked = (part >= low) & (part < high)
        stages.append(_held(data, np.column_stack([person[asked], item[asked]])))
    return PublicSet(name, "pairs", *stages)
