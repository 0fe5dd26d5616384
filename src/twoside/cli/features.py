"""`twoside features`: what features a scene declares."""

from __future__ import annotations

import json
import sys
from importlib import import_module
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
    scene: Annotated[str, typer.Argument(help="Full name, such as recruiting/jobs_for_seeker.")],
    kind: Annotated[str, typer.Option(help="Only this kind, such as rate.")] = "",
    about: Annotated[str, typer.Option(help="Only about person, item, pair or request.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Name, kind, whom it is about, unit, window, events and meaning of each."""
    from twoside.domains import catalogue
    from twoside.features.catalogue import described

    domain, short = catalogue.split(scene)
    declared = import_module(f"twoside.domains.{domain.name}.features").FEATURES[short]
    rows = [
        vars(row)
        for row in described(declared)
        if kind.lower() in ("", row.kind.lower()) and about in ("", row.about)
    ]
    if as_json:
        sys.stdout.write(json.dumps(rows, indent=1) + "\n")
        return
    table = Table(title=f"{scene}: {len(rows)} features")
    for name in rows[0] if rows else ():
        table.add_column(name)
    for row in rows:
        table.add_row(*[str(value) for value in row.values()])
    Console().print(table)
