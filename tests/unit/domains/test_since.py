"""Since when features are declared."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from twoside import config
from twoside.domains import catalogue
from twoside.domains.catalogue import Added, Since
from twoside.errors import ConfigError


def test_the_last_entry_that_names_a_feature_says_its_version():
    since = Since("0.1.0", (Added("0.2.0", ("item_*",)), Added("0.3.0", ("item_view_rate_7d",))))
    assert [since.of(name) for name in ("hour", "item_age", "item_view_rate_7d")] == [
        "0.1.0",
        "0.2.0",
        "0.3.0",
    ]


def test_an_entry_that_names_nothing_is_refused(monkeypatch):
    table = {"first": "0.1.0", "added": [{"version": "0.2.0", "names": ["item_viw_rate_7d"]}]}
    monkeypatch.setattr(config, "read_toml", lambda _: table)
    with pytest.raises(ConfigError, match="no feature is named"):
        catalogue.since("recruiting")


@pytest.mark.parametrize("domain", catalogue.names())
def test_every_line_of_the_list_says_since_when(domain):
    command = [sys.executable, "-m", "twoside.cli.app", "features", "list", domain, "--json"]
    told = subprocess.run([*command, "--served"], capture_output=True, text=True, check=True).stdout
    lines = json.loads(told)
    assert len(lines) > 100
    for line in lines:
        assert line["since"] == "0.1.0"
        assert {"name", "kind", "about", "unit", "window", "events", "source"} <= set(line)
