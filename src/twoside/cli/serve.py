"""`twoside serve`: the HTTP interface and the web console."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import Annotated

import typer

from twoside.cli.progress import Stages
from twoside.server.batches import LARGEST_BATCH

app = typer.Typer(
    help="The HTTP interface and the web console.",
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.command()
def serve(
    lake: Annotated[
        list[Path],
        typer.Option("--lake", help="Folder of a lake with a published funnel; may be repeated."),
    ],
    host: Annotated[str, typer.Option(help="0.0.0.0 to be reached from other machines.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8000,
    ranker: Annotated[
        str, typer.Option(help="The rank model that serves; the first of the funnel if empty.")
    ] = "",
    console: Annotated[bool, typer.Option(help="The web console at /console.")] = True,
    largest_batch: Annotated[
        int, typer.Option(min=1, help="Requests that go through the funnel together at most.")
    ] = LARGEST_BATCH,
) -> None:
    """Load, warm up, then listen. A corrupt or missing artefact ends the start with its name."""
    # One worker is one core: more threads in the numeric libraries would wait for each other.
    # It must be said before they are loaded.
    os.environ.setdefault("OMP_NUM_THREADS", "1")

    import uvicorn

    from twoside.server.app import clock_ms, create_app
    from twoside.server.live import LiveService

    stages = Stages()
    service = LiveService(lake, clock_ms, ranker, stages)
    app = create_app(service, console=console, largest_batch=largest_batch)
    gc.collect()
    for scene, version in service.versions().items():
        stages.say(f"serving {scene} {version}")
    if console:
        stages.say(f"console: http://{host}:{port}/console")
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        timeout_keep_alive=75,  # longer than the usual proxy, so that the proxy closes first
    )
