"""`twoside data`: public data sets with their licences; list them, get one."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from twoside.cli.progress import Stages
from twoside.store.datasets import DataSet, data_set, get, known_sets

app = typer.Typer(
    help="Public data sets: list them, get one.", no_args_is_help=True, add_completion=False
)


@app.command("list")
def list_sets(
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """The sets that twoside knows, their licences and where they come from."""
    if as_json:
        sets = [
            {"name": s.name, "title": s.title, "licence": s.licence, "official": s.official,
             "from": _source(s), "mapping": s.mapping}
            for s in known_sets()
        ]  # fmt: skip
        sys.stdout.write(json.dumps(sets, indent=1) + "\n")
        return
    for each in known_sets():
        sys.stdout.write(
            f"{each.name}\n    {each.title}\n    licence: {each.licence}\n"
            f"    official: {each.official}\n    fetched from: {_source(each)}\n"
        )


@app.command("get")
def get_set(
    name: Annotated[str, typer.Argument(help="A name of `twoside data list`.")],
    to: Annotated[
        Path | None, typer.Option("--to", help="Folder for the files; data/NAME if not said.")
    ] = None,
    accept_licence: Annotated[
        bool, typer.Option("--accept-licence", help="Accept the set's licence without asking.")
    ] = False,
) -> None:
    """Fetch a set. What is there is not fetched again; what is half there is continued."""
    fetched = fetch_set(data_set(name), to or Path("data") / name, accept_licence, Stages())
    for path in fetched:
        sys.stdout.write(f"{path}\n")


def fetch_set(chosen: DataSet, to: Path, accept_licence: bool, stages: Stages) -> list[Path]:
    """Show the licence, ask if somebody can answer, and fetch with progress."""
    stages.say(f"{chosen.title}\nlicence: {chosen.licence}\nfrom {chosen.official}; {chosen.cite}")
    if not accept_licence and sys.stdin.isatty():
        accept_licence = typer.confirm("Do you accept this licence?", err=True)
    with stages(f"get {chosen.name}") as tick:
        return get(chosen, to, accept_licence, tick)


def _source(chosen: DataSet) -> str:
    if chosen.wheel:
        return f"package {chosen.wheel.package}=={chosen.wheel.version}"
    return chosen.archive.url if chosen.archive else ""
