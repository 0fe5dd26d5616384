"""Artefacts: what was published is what is loaded, and nothing else is loaded."""

from __future__ import annotations

import json

import numpy as np
import pytest

from twoside import __version__
from twoside.errors import ArtefactError
from twoside.schema.artefact import Packed
from twoside.store.artefacts import Artefacts

NAME = "feed/videos"


def packed(seed: int) -> Packed:
    rng = np.random.default_rng(seed)
    return Packed(
        {"use": "swing", "alpha": 0.5, "names": ["a", "b"]},
        {
            "vectors": rng.normal(size=(7, 3)).astype(np.float32),
            "items": rng.integers(0, 9, 4, dtype=np.int32),
            "raw": np.frombuffer(b"ubj bytes", np.uint8),
            "words": np.array(["你好", "b"]),
            "empty": np.empty((0, 5)),
        },
    )


@pytest.fixture
def artefacts(tmp_path):
    return Artefacts(tmp_path / "artefacts")


def test_what_is_loaded_is_what_was_published(artefacts):
    version = artefacts.publish(NAME, {"one": packed(1), "two": packed(2)}, {"days": [1, 2]})
    found = artefacts.load(NAME)
    assert (found.version, found.code, found.about) == (version, __version__, {"days": [1, 2]})
    assert set(found.parts) == {"one", "two"}
    for seed, part in ((1, "one"), (2, "two")):
        assert found.parts[part].meta == packed(seed).meta
        for name, array in packed(seed).arrays.items():
            np.testing.assert_array_equal(found.parts[part].arrays[name], array)
            assert found.parts[part].arrays[name].dtype == array.dtype


def test_versions_count_up_and_the_last_is_current_until_it_is_rolled_back(artefacts):
    for n in range(11):
        artefacts.publish(NAME, {}, {"n": n})
    assert artefacts.versions(NAME) == [f"v{n:04d}" for n in range(1, 12)]
    assert artefacts.current(NAME) == "v0011"
    artefacts.point(NAME, "v0003")
    assert artefacts.load(NAME).about == {"n": 2}
    assert artefacts.load(NAME, "v0011").about == {"n": 10}
    assert artefacts.publish(NAME, {}, {"n": 11}) == "v0012"
    assert artefacts.names() == [NAME]


def test_a_missing_artefact_gets_a_guess(artefacts):
    artefacts.publish(NAME, {}, {})
    with pytest.raises(ArtefactError, match=r"feed/vidoes: none was published .* Did you mean"):
        artefacts.load("feed/vidoes")
    with pytest.raises(ArtefactError, match=r"no version 'v0002' in .* Known: v0001"):
        artefacts.load(NAME, "v0002")
    with pytest.raises(ArtefactError, match="no version 'v0007'"):
        artefacts.point(NAME, "v0007")


@pytest.mark.parametrize("name", ["../evil", "/etc", "a//b", "", "a.b"])
def test_a_name_cannot_leave_the_folder(artefacts, name):
    with pytest.raises(ArtefactError, match="expected letters"):
        artefacts.publish(name, {}, {})
    with pytest.raises(ArtefactError, match="expected letters"):
        artefacts.load(name)


def test_a_changed_file_is_named(artefacts):
    version = artefacts.publish(NAME, {"one": packed(1)}, {})
    path = artefacts.root / NAME / version / "one.npz"
    whole = bytearray(path.read_bytes())
    whole[200] ^= 1
    path.write_bytes(whole)
    with pytest.raises(ArtefactError, match=rf"artefact {NAME} v0001: .*one\.npz is corrupt"):
        artefacts.load(NAME)
    path.unlink()
    with pytest.raises(ArtefactError, match=r"one\.npz is missing"):
        artefacts.load(NAME)


def test_a_broken_or_missing_manifest_is_named(artefacts):
    version = artefacts.publish(NAME, {}, {})
    path = artefacts.root / NAME / version / "manifest.json"
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps(manifest | {"format": 9}))
    with pytest.raises(ArtefactError, match=r"manifest\.json has format 9, but .* format 1"):
        artefacts.load(NAME)
    path.write_text("{")
    with pytest.raises(ArtefactError, match=r"manifest\.json is corrupt"):
        artefacts.load(NAME)
    path.unlink()
    with pytest.raises(ArtefactError, match=r"manifest\.json is missing"):
        artefacts.load(NAME)


def test_objects_are_never_written_nor_read(artefacts):
    with pytest.raises(ArtefactError, match=r"one\.bad holds Python objects"):
        artefacts.publish(NAME, {"one": Packed({}, {"bad": np.array([{}])})}, {})
    version = artefacts.publish(NAME, {"one": packed(1)}, {})
    path = artefacts.root / NAME / version / "one.npz"
    np.savez(path, bad=np.array([{}]))
    manifest = artefacts.root / NAME / version / "manifest.json"
    told = json.loads(manifest.read_text())
    from twoside.store.artefacts import sha256_of

    told["parts"]["one"]["sha256"] = sha256_of(path)
    manifest.write_text(json.dumps(told))
    with pytest.raises(ArtefactError, match=r"one\.npz is not readable: .*allow_pickle"):
        artefacts.load(NAME)


def test_what_cannot_be_published_leaves_no_trace(artefacts):
    artefacts.publish(NAME, {}, {})
    with pytest.raises(ArtefactError, match="about and meta must be JSON"):
        artefacts.publish(NAME, {"one": Packed({"a": object()})}, {})
    assert artefacts.versions(NAME) == ["v0001"]
    assert sorted(p.name for p in (artefacts.root / NAME).iterdir()) == ["current", "v0001"]
