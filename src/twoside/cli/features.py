"""`twoside features`: what features a scene declares."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

app = typer.Typer(
    help="What features a scene declares.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback()
def features() -> None:
    """What features a scene declares."""


@app.command("list")
def list_features(
    where: Annotated[str, typer.Argument(help="A domain, or a scene: recruiting/jobs_for_seeker.")],
    kind: Annotated[str, typer.Option(help="Only this kind, such as statistic, or Rate.")] = "",
    about: Annotated[
        str, typer.Option(help="Only about person, item, pair, request; or about job, seeker ...")
    ] = "",
    served: Annotated[bool, typer.Option(help="Only those that the shipped funnel reads.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Name, kind, whom it is about, unit, window, events, source and meaning of each."""
    from twoside.domains import catalogue

    chosen = [where] if "/" in where else catalogue.scenes_of(where)
    rows = [row for scene in chosen for row in _lines(scene, served=served)]
    rows = [row for row in rows if _is(row, kind, about)]
    if as_json:
        sys.stdout.write(json.dumps(rows, indent=1) + "\n")
        return
    table = Table(title=f"{where}: {len(rows)} features")
    for name in rows[0] if rows else ():
        table.add_column(name)
    for row in rows:
        table.add_row(*[str(value) for value in row.values()])
    Console().print(table)


def _lines(scene: str, *, served: bool) -> list[dict[str, object]]:
    """The catalogue of a scene, each line with the scene and whether its funnel reads it."""
    from twoside.domains import catalogue
    from twoside.features.describe import described

    read = {f.name for f in catalogue.features(scene)}
    domain, short = catalogue.split(scene)
    features = [f for f in catalogue.wide(scene) if not served or f.name in read]
    return [
        {"scene": scene, **vars(line), "served": line.name in read}
        for line in described(features, domain.scene(short))
    ]


def _is(row: dict[str, object], kind: str, about: str) -> bool:
    """Does a line pass the filters? A group counts as what it is of: `job.boss` is about job."""
    named = {part.strip().partition(".")[0] for part in str(row["source"]).split(",")}
    named |= {part.strip().partition(".")[2] for part in str(row["source"]).split(",")}
    return kind.lower() in ("", str(row["kind"]), str(row["form"]).lower()) and (
        about in ("", row["about"]) or about in named
    )
