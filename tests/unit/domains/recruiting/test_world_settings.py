import dataclasses
import re

import numpy as np
import pytest

from twoside.config import build, read_toml
from twoside.domains.recruiting.settings import RATES, Rates, WorldSettings, shipped_rates
from twoside.errors import ConfigError


def test_every_rate_says_where_it_comes_from():
    lines = [line for line in RATES.read_text(encoding="utf-8").splitlines() if " = " in line]
    assert len(lines) == len(dataclasses.fields(Rates))
    for line in lines:
        assert re.search(r"# (public|range|assumed)", line), line


def test_a_misspelt_rate_is_refused_with_its_nearest():
    table = read_toml(RATES)
    table["wish_tast"] = table.pop("wish_taste")
    with pytest.raises(ConfigError, match="Did you mean 'wish_taste'"):
        build(Rates, table, "world.toml")


def test_the_record_for_compiled_code_holds_every_rate():
    rates = shipped_rates()
    record = rates.as_record()[0]
    for field in dataclasses.fields(Rates):
        np.testing.assert_allclose(record[field.name], getattr(rates, field.name), rtol=1e-6)


def test_the_market_lives_in_chinese_time():
    settings = WorldSettings()
    start = settings.calendar.start_of(settings.start_day)
    assert settings.calendar.hour_of(start) == 0
    assert start % 86_400_000 == 16 * 3_600_000
