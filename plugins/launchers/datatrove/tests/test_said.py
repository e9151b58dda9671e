"""Notes that many files give are counted, and the first examples of all tasks are kept in order."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from metier.components import TransformContext
from metier_datatrove import said


def test_notes_of_several_files_and_tasks_become_one(tmp_path: Path) -> None:
    for rank in range(2):
        notes = said.Notes()
        for name in ("a.txt", "b.txt"):
            notes.take([f"{name}: read as UTF-8, detected"], name=name, place=f"{rank}/{name}")
        notes.take(["a.txt: empty, left out", "turns by speaker: A 2"], name="a.txt", place=f"{rank}/a.txt")
        said.write(tmp_path / str(rank), changed={}, dropped={}, notes=notes)
    assert list(said.read_notes(tmp_path / str(rank) for rank in range(2))) == [
        "4 files (0/a.txt, …): read as UTF-8, detected",
        "2 files (0/a.txt, …): empty, left out",
        "turns by speaker: A 2 (2 times)",
    ]
    assert list(said.read_notes([tmp_path / "0"]))[1:] == ["0/a.txt: empty, left out", "turns by speaker: A 2"]


@settings(max_examples=30)  # each writes files
@given(st.lists(st.lists(st.sampled_from("abc"), max_size=12), max_size=4))
def test_examples_are_those_that_one_machine_keeps(tasks: list[list[str]]) -> None:
    import tempfile

    whole = TransformContext(text_columns=())
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / str(rank) for rank in range(len(tasks))]
        for rank, reasons in enumerate(tasks):
            part = TransformContext(text_columns=())
            for number, reason in enumerate(reasons):
                for context in (whole, part):
                    context.drop(reason, f"{rank}:{number}", "text")
            said.write(paths[rank], changed={}, dropped=part.dropped)
        found = said.read_examples(paths, said.DROPPED, 5)
    assert found == {reason: change.examples for reason, change in whole.dropped.items()}
    assert list(found) == list(whole.dropped)
