"""`twoside samples`: labels of a scene, and quality gates of a day."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from twoside.cli.output import say_json

app = typer.Typer(
    help="Labels of a scene, and quality gates of a day.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.command()
def labels(
    scene: Annotated[str, typer.Argument(help="Full name, such as recruiting/jobs_for_seeker.")],
    lake: Annotated[Path | None, typer.Option("--lake", help="Also measure them here.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Every behaviour as a label: events, window, what counts once, when it is final; with a lake
    also counts, rates, delays (hours) and what is final at the lake's end."""
    from twoside.domains import catalogue

    domain, short = catalogue.split(scene)
    rows = [
        {
            "name": target.name,
            "sign": "positive" if target.sign > 0 else "negative",
            "events": ", ".join(target.events),
            "window_hours": target.within_hours,
            "once_per": target.once_per,
            "final_after_hours": target.within_hours,
            "meaning": target.meaning,
        }
        for target in domain.scene(short).targets
    ]
    if lake is not None:
        rows = [row | more for row, more in zip(rows, _measured(scene, lake), strict=True)]
    if as_json:
        say_json(rows)
        return
    table = Table(title=f"{scene}: {len(rows)} labels")
    for name in rows[0]:
        table.add_column(name.replace("_", " "))
    for row in rows:
        table.add_row(
            *[f"{value:.4g}" if isinstance(value, float) else str(value) for value in row.values()]
        )
    Console().print(table)


def _measured(scene: str, lake: Path) -> list[dict[str, Any]]:
    from twoside.domains import catalogue
    from twoside.errors import DataError
    from twoside.samples.summary import label_summaries

    declared = catalogue.declared(scene, lake)
    days = declared.lake.days("exposures")
    if not days:
        raise DataError(f"{lake}: no exposures. Import them first.")
    end = declared.lake.calendar.start_of(days[-1] + 1)
    found = label_summaries(declared.lake, declared.scene, days[0], days[-1], end)
    return [
        {
            "exposures": one.exposures,
            "share_final": one.share_final,
            "positives": one.positives,
            "rate": one.rate,
            "median_hours": one.median_hours,
            "p95_hours": one.p95_hours,
        }
        for one in found
    ]


@app.command()
def check(
    lake: Annotated[Path, typer.Option("--lake", help="The lake.")],
    day: Annotated[str, typer.Option("--day", help="The day to judge, such as 2026-05-02.")],
    accept: Annotated[
        str | None, typer.Option("--accept", help="Let failed gates pass, in this name.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Compare a day with the seven before it: schema, volume, nulls, label rates, duplicates."""
    from twoside.domains import catalogue
    from twoside.samples import gates
    from twoside.schema.calendar import day_number
    from twoside.store.lake import Lake

    opened, number = Lake.open(lake), day_number(day, "--day")
    domain = catalogue.domain(opened.domain)
    stopped: list[str] = []
    told: dict[str, dict[str, Any]] = {}
    for scene in domain.scenes:
        full = f"{domain.name}/{scene.name}"
        found = gates.check(opened, scene, number)
        failed = [gate for gate in found if not gate.passed]
        if failed and accept is not None:
            gates.accept(opened, full, number, failed, accept, int(time.time() * 1000))
        waiting = [g for g in failed if not gates.accepted(opened, full, number, g)]
        if waiting:
            stopped.append(gates.refusal(full, number, waiting))
        told[full] = {
            "gates": len(found),
            "failed": [vars(gate) for gate in failed],
            "passed": not waiting,
        }
    if as_json:
        say_json(told)
    else:
        for full, one in told.items():
            fate = "passed" if one["passed"] else "stopped"
            sys.stdout.write(
                f"{full} {day}: {one['gates']} gates, {len(one['failed'])} failed, {fate}\n"
            )
    if stopped:
        sys.exit("twoside samples: " + "\n".join(stopped))
