"""`twoside lake`: what others need to read a lake."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="What others need to read a lake.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback()
def lake() -> None:
    """What others need to read a lake."""


@app.command()
def ddl(
    path: Annotated[Path, typer.Argument(metavar="LAKE", help="Folder of the lake.")],
    database: Annotated[str, typer.Option(help="Name of the database.")] = "twoside",
    location: Annotated[
        str, typer.Option(help="Where the metastore finds the lake, such as hdfs:///lake.")
    ] = "",
) -> None:
    """Print the statements that make its tables known to Hive or Spark:

    twoside lake ddl LAKE > lake.sql && spark-sql -f lake.sql
    """
    from twoside.store.ddl import statements
    from twoside.store.lake import Lake

    for statement in statements(Lake.open(path), database, location):
        sys.stdout.write(f"{statement};\n\n")
