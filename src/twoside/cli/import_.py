"""`twoside import`: read anybody's logs into a lake by a mapping."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from twoside.cli.progress import Stages
from twoside.domains import catalogue
from twoside.schema.calendar import iso
from twoside.store.importing.importer import import_logs
from twoside.store.importing.mapping import load_mapping

if TYPE_CHECKING:
    from twoside.store.importing.report import ImportReport

app = typer.Typer(help="Read anybody's logs into a lake by a mapping.", add_completion=False)


@app.command()
def import_command(
    mapping: Annotated[Path, typer.Argument(help="TOML that says what the files mean.")],
    data: Annotated[Path, typer.Option("--data", help="Folder of the files.")],
    lake: Annotated[Path, typer.Option("--lake", help="Folder of the lake; made if new.")],
    as_json: Annotated[bool, typer.Option("--json", help="The report for machines.")] = False,
    memory_gb: Annotated[
        float, typer.Option("--memory-gb", help="Beyond it, rows are kept on disk.")
    ] = 2.0,
) -> None:
    """Import Parquet or CSV files. Days that the files have are replaced whole; nothing of the
    lake changes if anything fails."""
    report = import_into(mapping, data, lake, Stages(), memory_gb)
    if as_json:
        sys.stdout.write(json.dumps(report.as_json()) + "\n")
    else:
        sys.stdout.write("\n".join(told(report)) + "\n")


def import_into(
    mapping: Path, data: Path, lake: Path, stages: Stages, memory_gb: float = 2.0
) -> ImportReport:
    """Import with progress; what `twoside demo` calls too."""
    chosen = load_mapping(mapping)
    domain = catalogue.domain(chosen.domain)
    with stages(f"import {mapping.name}") as tick:
        return import_logs(chosen, data, lake, domain, tick, memory_gb)


def told(report: ImportReport) -> list[str]:
    """The report in lines for people."""
    lines = [f"{kind:<14}{count:>12,} entities" for kind, count in report.entities.items()]
    lines.append(f"{'requests':<14}{report.requests:>12,}")
    lines.append(
        f"{'exposures':<14}{report.exposures:>12,} of {report.items:,} items "
        f"to {report.people:,} people"
    )
    lines += [f"{kind:<14}{count:>12,} events" for kind, count in report.events.items()]
    if report.days:
        lines.append(f"{len(report.days)} days: {iso(report.days[0])} to {iso(report.days[-1])}")
    lines.append(f"{report.refused_rows:,} rejected, in the table of rejects of the lake")
    for (file, reason), rows in report.refused.items():
        lines.append(f"    {rows:>10,}  {file}: {reason}")
    return lines
