"""The raw rows of a lake as plain Python, counted by loops: what a cube is compared with."""

from __future__ import annotations

import math

import pytest

from twoside.bi.ask import Question

GAP_MS = 30 * 60_000


class Raw:
    """Rows of one scene as dictionaries, each with the words of every dimension."""

    def __init__(self, lake, book, scene):
        self.lake, self.book, self.scene = lake, book, book.domain.scene(scene)
        self.days = lake.days("exposures")
        self.dimensions = book.dimensions(scene)
        self.entities = {}
        for day in self.days:
            end = lake.calendar.start_of(day + 1) - 1
            for side in ("person", "item"):
                self.entities[side, day] = self.as_of(getattr(self.scene, side), end)
        shown = lake.read("exposures", scene=scene).to_pylist()
        self.tells = {
            (name, lake.calendar.day_of(row["ts_ms"]))
            for row in shown
            for name in ("channel", "policy", "arm")
            if row.get(name, -1) >= 0
        }
        self.exposures = [self.with_words(row, row) for row in shown]
        self.mark_sessions()
        place = {row["exposure_id"]: row for row in self.exposures}
        self.events = []
        for row in lake.read("events", scene=scene).to_pylist():
            day = lake.calendar.day_of(row["ts_ms"])
            at = place.get(row["exposure_id"])
            near = at is not None and 0 <= day - at["day"] <= book.settings.context_days
            self.events.append(self.with_words(row, at if near else None))
        self.requests = [self.with_words(r) for r in lake.read("requests", scene=scene).to_pylist()]
        self.open = {side: self.there(side) for side in ("person", "item")}

    def as_of(self, kind, end):
        latest = {}
        for version in self.lake.versions(kind).to_pylist():
            if version["valid_from_ms"] <= end:
                old = latest.get(version["row"])
                if old is None or version["valid_from_ms"] >= old["valid_from_ms"]:
                    latest[version["row"]] = version
        return latest

    def with_words(self, row, shown=None):
        """A row with its day, and the position and context of the exposure `shown`."""
        day = self.lake.calendar.day_of(row["ts_ms"])
        row = {**row, "day": day, "position": shown["position"] if shown else None}
        for name, one in self.dimensions.items():
            if name in ("channel", "policy", "arm") and (name, day) not in self.tells:
                row["by " + name] = None  # no list of the day tells it: no cell
            elif one.side == "exposure":
                row["by " + name] = self.word_of_context(one, shown)
            elif one.side in row:
                entity = self.entities[one.side, day].get(row[one.side])
                row["by " + name] = self.word(one, entity)
        return row

    def word(self, one, entity):
        code = -1 if entity is None else entity[one.dimension.column]
        return "?" if code < 0 else self.words(one)[code]

    def word_of_context(self, one, shown):
        if shown is None:
            return "?"
        if one.dimension.column == "position":
            return str(shown["position"] + 1)
        code = shown.get(one.dimension.column, -1)
        known = self.lake.vocabulary(one.dimension.column).words.to_pylist()
        return "?" if code < 0 else known[code]

    def words(self, one):
        key = one.kind, one.dimension.column
        if key not in self.__dict__.setdefault("known", {}):
            self.known[key] = self.lake.words(*key)
        return self.known[key]

    def mark_sessions(self):
        last = {}
        for row in sorted(self.exposures, key=lambda r: (r["ts_ms"], r["exposure_id"])):
            before = last.get((row["person"], row["day"]))
            row["begins"] = before is None or row["ts_ms"] - before > GAP_MS
            last[row["person"], row["day"]] = row["ts_ms"]

    def there(self, side):
        rows = []
        for day in self.days:
            for row, entity in self.entities[side, day].items():
                if entity.get("is_open", 1.0) > 0:
                    words = {
                        "by " + n: self.word(one, entity)
                        for n, one in self.dimensions.items()
                        if one.side == side
                    }
                    rows.append({"day": day, side: row, **words})
        return rows

    def rows(self, term):
        if term.source == "exposures":
            rows = self.exposures
        elif term.source == "requests":
            rows = self.requests
        elif term.source == "open":
            rows = self.open["person" if term.what.startswith("pe") else "item"]
        else:
            rows = [row for row in self.events if row["kind"] == term.source]
        return [row for row in rows if all(holds(c, row) for c in term.conditions)]

    def amount(self, term, days, where):
        rows = [
            row
            for row in self.rows(term)
            if row["day"] in days and all(row["by " + k] == v for k, v in where.items())
        ]
        of = "person" if term.what in ("people", "person_days") else "item"
        return {
            "count": lambda: len(rows),
            "sum": lambda: sum(row[term.column] or 0 for row in rows),
            "sessions": lambda: sum(row["begins"] for row in rows),
            "people": lambda: len({row[of] for row in rows}),
            "items": lambda: len({row[of] for row in rows}),
            "person_days": lambda: len({(row[of], row["day"]) for row in rows}),
            "item_days": lambda: len({(row[of], row["day"]) for row in rows}),
        }[term.what]()


def holds(condition, row):
    value = row[condition.column]
    if condition.column == "by":
        return value == condition.value
    return value is not None and condition.sign == "<" and value < float(condition.value)


def check(series, defined, raw, days, where):
    """The totals of all days together, and each day's value."""
    counted = [raw.amount(term, days, where) for term in defined.terms]
    told = [series.numerator, *([series.denominator] if defined.denominator else [])]
    assert told == pytest.approx(counted, abs=1e-9)
    for n, day in enumerate(days):
        daily = [raw.amount(term, [day], where) for term in defined.terms]
        value = daily[0] if len(daily) == 1 else daily[0] / daily[1] if daily[1] else math.nan
        assert series.values[n] == pytest.approx(value, nan_ok=True)


def check_metric(cube, rows, name):
    """A metric as a whole, and split by every dimension: the largest values one by one."""
    defined, days = cube.book.metric(name), cube.days()
    (whole,) = cube.ask(Question(name, days[0], days[-1])).series
    check(whole, defined, rows, days, {})
    for dimension in cube.dimensions_of(name):
        answer = cube.ask(Question(name, days[0], days[-1], dimension))
        words = {row["by " + dimension] for t in defined.terms for row in rows.rows(t)} - {None}
        told = {series.word for series in answer.series}
        for word in told ^ words:  # a cell of nothing is not kept
            where = {dimension: word}
            assert word in words and not any(rows.amount(t, days, where) for t in defined.terms)
        for series in answer.series[:2]:
            check(series, defined, rows, days, {dimension: series.word})


def check_pair(cube, rows, name, given, by, days):
    """One value of `given` looked into by another dimension."""
    defined = cube.book.metric(name)
    word = cube.ask(Question(name, days[0], days[-1], given)).series[0].word
    (within,) = cube.ask(Question(name, days[0], days[-1], "", {given: word})).series
    check(within, defined, rows, days, {given: word})
    answer = cube.ask(Question(name, days[0], days[-1], by, {given: word}))
    for series in answer.series[:3]:
        check(series, defined, rows, days, {given: word, by: series.word})
