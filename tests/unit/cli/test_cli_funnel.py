"""What `twoside funnel evaluate` shows of a learned merge."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO

from rich.console import Console
from unit.schema.test_schema_records import REPORT, SCENE

from twoside.cli.funnel import show
from twoside.server.fake import FakeService


def test_whom_the_merge_refuses_is_said_by_name_and_figure() -> None:
    evaluation = FakeService(people=5, items=5).evaluation(SCENE)
    assert evaluation is not None
    said = []
    for told in (evaluation, replace(evaluation, merge=REPORT)):
        out = StringIO()
        show(told, Console(file=out, width=200))
        said.append(out.getvalue())
    assert "brings -0.0100" not in said[0]
    assert "brings -0.0100" in said[1]
    assert "recall@10: in turn 0.1000, learned 0.2000 (+0.0500 to +0.1500, p 0.010)" in said[1]
