"""`twoside recall`: candidates for everybody from the published channels."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from twoside.cli.output import say_json
from twoside.cli.progress import Stages
from twoside.errors import RequestError, did_you_mean

app = typer.Typer(
    help="Candidates for everybody from the published channels.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback()
def _noun() -> None:
    """Keeps `all` a command of its own while it is the only one."""


@app.command("all")
def everybody(
    scene: Annotated[str, typer.Argument(help="Full name, such as recruiting/jobs_for_seeker.")],
    lake: Annotated[Path, typer.Option("--lake", help="Folder of the lake.")],
    out: Annotated[Path, typer.Option(help="Folder of the lists; a stopped run goes on there.")],
    channel: Annotated[str, typer.Option(help="One channel alone; merged without it.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="Items in a list.")] = 100,
    block: Annotated[int, typer.Option(min=1, help="People at a time.")] = 4096,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """The best items for every person as of the end of the lake, as Parquet, block by block.

    Run it again with the same options to go on with a run that was stopped.
    """
    from twoside.domains import catalogue
    from twoside.funnel.learn import recall_data
    from twoside.funnel.learned import published
    from twoside.funnel.recommend_all import RecommendAll
    from twoside.funnel.settings import channels as configured
    from twoside.store.artefacts import Artefacts
    from twoside.store.recommended import Recommended

    declared = catalogue.declared(scene, lake)
    settings, learned, version = published(declared.name, Artefacts(lake / "artefacts"))
    if channel and channel not in learned.channels:
        raise RequestError(
            f"--channel {channel}: {declared.name} has no such channel. "
            f"{did_you_mean(channel, learned.channels)}"
        )
    now_ms = declared.lake.calendar.start_of(declared.lake.days("exposures")[-1] + 1)
    stages = Stages()
    with stages("read what people did"):
        data = recall_data(declared, now_ms)
    run = RecommendAll(limit=limit, block=block)
    about = {
        "scene": declared.name,
        "version": version,
        "channel": channel,
        "now_ms": now_ms,
        "people": data.people.size,
        "items": data.items.size,
        "behaviours": len(data.behaviours),
        **run.about(),
    }
    began = time.perf_counter()
    with Recommended.begin(out, about) as kept, stages("lists for everybody") as tick:
        before = len(kept.finished())
        done = run.run(
            {channel: learned.channels[channel]} if channel else learned.channels,
            data,
            kept,
            merge=None if channel else learned.merge,
            limits={choice.name: choice.limit for choice in configured(settings)},
            tick=tick,
        )
    told = {
        "scene": declared.name,
        "people": done.people,
        "blocks_before": before,
        "blocks": -(-done.people // block),
        "seconds": round(time.perf_counter() - began, 1),
        "folder": str(out),
    }
    if as_json:
        say_json(told)
    else:
        sys.stdout.write(
            f"{declared.name}: lists of {done.people} people in {out}, "
            f"{told['blocks']} blocks ({before} were there), {told['seconds']} s\n"
        )
