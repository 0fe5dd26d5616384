"""Quality gates: is a day as the days before it were?

    schema      every table has the declared columns, and the extra ones of the day before
    volume      rows of each table
    nulls       share of unknown values of each column
    labels      events of each target, per exposure of the day
    duplicates  share of rows that repeat an id or a statement

A figure is compared with the median of the same figure on the trailing 7 days of the lake. It may
differ by 5 robust standard deviations (1.4826 MAD: Hampel 1974, "The Influence Curve and its Role
in Robust Estimation", JASA 69), but always by 5 chance errors of so many rows and by a fixed share
or floor: a week of seven like days must not make the eighth suspicious. Nulls and duplicates fail
only when they rise.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from twoside.errors import DataError
from twoside.samples.figures import Figure, columns, figures
from twoside.schema.calendar import iso
from twoside.schema.tables import DAY_TABLES
from twoside.store.runs import Runs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twoside.schema.domain import Domain, Scene
    from twoside.store.lake import Lake

_BUSY = 10
"""A day without any row fails if so many are usual."""


@dataclass(frozen=True)
class Gates:
    """How far a figure may lie from the median of the days before."""

    days: int = 7
    """Trailing days that are looked at."""
    fewest_days: int = 3
    """With fewer of them only the schema is judged."""
    deviations: float = 5.0
    """Robust standard deviations, and chance errors."""
    volume: float = 0.5
    """Share of the median that rows may always differ by: weekends are no fault."""
    labels: float = 0.3
    """Share of the median that a rate may always differ by."""
    nulls: float = 0.02
    """What a share of unknown values may always rise by."""
    duplicates: float = 0.002
    """What a share of duplicates may always rise by."""


@dataclass(frozen=True)
class Gate:
    """One figure of a day and what was allowed."""

    name: str
    value: float
    low: float
    high: float
    note: str = ""

    @property
    def passed(self) -> bool:
        """Is the figure within its thresholds?"""
        return self.low <= self.value <= self.high

    def said(self) -> str:
        """For people: the figure and the thresholds."""
        note = f" ({self.note})" if self.note else ""
        return f"{self.name} = {self.value:.6g}: allowed {self.low:.6g} to {self.high:.6g}{note}"


def check(
    lake: Lake,
    scene: Scene,
    day: int,
    gates: Gates | None = None,
    known: dict[int, Mapping[str, Figure]] | None = None,
) -> tuple[Gate, ...]:
    """All gates of a day of a scene, by the days of the lake before it. `known` holds the figures
    of days between calls, so that each day is read once."""
    gates, known = gates or Gates(), {} if known is None else known
    before = [d for d in lake.days("exposures") if d < day][-gates.days :]
    if not before and day not in lake.days("exposures"):
        raise DataError(
            f"{lake.root}: no exposures on {iso(day)} or before it. Choose a day of the lake."
        )
    wrong = tuple(gate for table in DAY_TABLES for gate in _schema(lake, table, day, before))
    if any(not gate.passed for gate in wrong):
        return wrong
    sane = [d for d in before if all(g.passed for t in DAY_TABLES for g in _schema(lake, t, d, []))]
    if len(sane) < gates.fewest_days:
        return wrong
    for each in (*sane, day):
        if each not in known:
            known[each] = figures(lake, scene, each)
    return wrong + judged(known[day], [known[d] for d in sane], gates)


def judged(
    now: Mapping[str, Figure], then: Sequence[Mapping[str, Figure]], gates: Gates
) -> tuple[Gate, ...]:
    """The gates of the figures of a day, by those of the days before."""
    found = []
    for name, figure in now.items():
        past = np.array([day[name].value for day in then if name in day])
        if len(past) < gates.fewest_days:
            continue
        median = float(np.median(past))
        spread = 1.4826 * float(np.median(np.abs(past - median)))
        room = max(gates.deviations * spread, _floor(figure, median, gates))
        falls = figure.kind in ("volume", "labels")
        least = float(figure.kind == "volume" and median >= _BUSY)
        low = max(median - room, least) if falls else 0.0
        note = f"median {median:.6g} of {len(past)} days before"
        found.append(Gate(name, figure.value, low, median + room, note))
    return tuple(found)


def _floor(figure: Figure, median: float, gates: Gates) -> float:
    """What a figure may always differ by: chance, and a fixed part."""
    if figure.kind == "volume":
        return gates.volume * median + _chance(median, 1, gates)
    chance = _chance(median, figure.rows, gates)
    if figure.kind == "labels":
        return gates.labels * median + chance
    return (gates.nulls if figure.kind == "nulls" else gates.duplicates) + chance


def _chance(share: float, rows: int, gates: Gates) -> float:
    """Chance errors of a count of share * rows, on the scale of its root (Anscombe 1948): wide
    enough also where nothing or next to nothing is expected."""
    half = gates.deviations / 2
    return float(2 * half * np.sqrt(share / rows) + half**2 / rows)


def _schema(lake: Lake, table: str, day: int, before: Sequence[int]) -> tuple[Gate, ...]:
    """Columns that are missing, of another type, or (beyond the declared ones) new or gone."""
    if day not in lake.days(table):
        return ()
    wanted = {field.name: str(field.type) for field in DAY_TABLES[table]}
    found = columns(lake, table, day)
    usual = [d for d in before if d in lake.days(table)]
    if usual:
        wanted = columns(lake, table, usual[-1]) | wanted
        differ = {name for name in {*wanted, *found} if wanted.get(name) != found.get(name)}
    else:
        differ = {name for name in wanted if wanted[name] != found.get(name)}
    note = ", ".join(
        f"{name}: expected {wanted.get(name, 'nothing')}, got {found.get(name, 'nothing')}"
        for name in sorted(differ)
    )
    return (Gate(f"schema of {table}", float(len(differ)), 0.0, 0.0, note),)


def accept(lake: Lake, scene: str, day: int, failed: Sequence[Gate], by: str, at_ms: int) -> None:
    """Record in the lake's runs who let a day pass, and which figures."""
    if not by.strip():
        raise DataError("gates: --accept needs the name of the person who answers for it.")
    said = [{**asdict(gate), "said": gate.said()} for gate in failed]
    record: dict[str, Any] = {"day": iso(day), "scene": scene, "by": by, "failed": said}
    Runs(lake.root / "runs").save(_run(scene, day), at_ms, record)


def accepted(lake: Lake, scene: str, day: int, gate: Gate) -> bool:
    """Has somebody accepted this very figure? A day that was rebuilt since has other figures."""
    runs = Runs(lake.root / "runs")
    name = _run(scene, day)
    return any(
        one["name"] == gate.name and one["value"] == gate.value
        for at_ms in runs.list(name)
        for one in runs.load(name, at_ms).result["failed"]
    )


def refuse_failed(lake: Lake, domain: Domain, scene: Scene, first_day: int, last_day: int) -> None:
    """`DataError` if a day of the range fails a gate that nobody has accepted."""
    full = f"{domain.name}/{scene.name}"
    known: dict[int, Mapping[str, Figure]] = {}
    for day in lake.days("exposures"):
        if not first_day <= day <= last_day:
            continue
        failed = [g for g in check(lake, scene, day, known=known) if not g.passed]
        failed = [g for g in failed if not accepted(lake, full, day, g)]
        if failed:
            raise DataError(refusal(full, day, failed))


def refusal(scene: str, day: int, failed: Sequence[Gate]) -> str:
    """What is said of a day that is not let through."""
    lines = "\n".join(f"  {gate.said()}" for gate in failed)
    return (
        f"{scene} {iso(day)} fails {len(failed)} gate(s):\n{lines}\n"
        f"Rebuild the day, or let it pass: twoside samples check --day {iso(day)} --accept NAME"
    )


def _run(scene: str, day: int) -> str:
    return f"gates/{scene}/{iso(day)}"
