"""Files appear whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from metier.files import canonical, copy_folder, digest, whole, write_json


def test_a_write_that_fails_leaves_the_former_file_and_no_rest(tmp_path: Path) -> None:
    path = tmp_path / "note.json"
    write_json(path, {"a": 1})
    with pytest.raises(RuntimeError, match="cut"), whole(path) as temporary:  # noqa: PT012 - it fails half-way
        temporary.write_text("half")
        raise RuntimeError("cut")
    assert path.read_text() == '{\n  "a": 1\n}\n'
    assert [child.name for child in tmp_path.iterdir()] == ["note.json"]


def test_nan_is_refused_in_json(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        write_json(tmp_path / "figures.json", {"loss": float("nan")})
    assert not (tmp_path / "figures.json").exists()


def test_the_canonical_text_does_not_depend_on_key_order() -> None:
    assert canonical({"b": 1, "a": [1, 2]}) == canonical({"a": [1, 2], "b": 1}) == '{"a":[1,2],"b":1}'
    assert digest({"a": 1}) != digest({"a": 2})


def test_copying_a_folder_replaces_an_earlier_one(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "model").write_text("2")
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "rest").write_text("1")
    copy_folder(tmp_path / "new", tmp_path / "old")
    assert {path.name for path in (tmp_path / "old").iterdir()} == {"model"}
