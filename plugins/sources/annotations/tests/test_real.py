"""Published data sets are read to the last span: what is read is held to the files' own tags and offsets."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from metier.components import ReadContext
from metier.data.spans import check
from metier_annotations.annotated import aligned
from metier_annotations.annotations import Annotations
from metier_annotations.schemes import TokenSpan, tags_of
from metier_annotations.writing import Row, Writer

DATA = Path(__file__).parents[5] / "shared" / "data"
CONLL = {
    "medical/ncbi_disease_ner/*.tsv": ("iob2", 7287, 6881),
    "general/wnut17_ner/*.conll": ("iob2", 4403, 2811),
    "general/wnut17_ner/*.annotated": ("iob2", 1287, 1079),
    "finance/sec_filings_ner/*/*.txt": ("iob1", 1467, 1486),
    "medical/ebm_pico_ner/*.txt": ("iob1", 9113, 20106),
    "legal/german_ler/*.conll": ("iob2", 13339, 10366),
}
"""Files to how they are tagged, their sentences, and their entities."""
here = pytest.mark.skipif(not DATA.is_dir(), reason="the published data sets are not beside this checkout")


def read(pattern: str, **options: Any) -> tuple[list[dict[str, Any]], list[str]]:
    context = ReadContext(offline=True)
    source = Annotations(Annotations.Config.model_validate({"path": str(DATA / pattern), **options}))
    assert not list(source.inspect())
    rows = [record.values for record in source.read(context)]
    for row in rows:
        check(row["spans"], row["text"], "spans", "here")
    return rows, context.notes


def sentences(pattern: str) -> Iterator[tuple[list[str], list[str]]]:
    """Yield the tokens and tags of each sentence, as a few lines find them."""
    for path in sorted(DATA.glob(pattern)):
        block: list[list[str]] = []
        for line in [*path.read_text("utf-8").split("\n"), ""]:
            cells = line.split()
            if cells and cells[0] != "-DOCSTART-":
                block.append(cells)
            elif block:
                yield [cells[0] for cells in block], [cells[-1] for cells in block]
                block = []


@here
@pytest.mark.parametrize("pattern", CONLL)
def test_columns_give_back_their_tags(pattern: str) -> None:
    scheme, count, entities = CONLL[pattern]
    rows, _ = read(pattern)
    assert (len(rows), sum(len(row["spans"]) for row in rows)) == (count, entities)
    for row, (tokens, tags) in zip(rows, sentences(pattern), strict=True):
        places = aligned(row["text"], tokens)
        assert places is not None
        starts, ends = ({place[side]: number for number, place in enumerate(places)} for side in (0, 1))
        spans = [TokenSpan(starts[one["start"]], ends[one["end"]] + 1, one["label"]) for one in row["spans"]]
        assert tags_of(spans, len(tokens), scheme) == tags  # type: ignore[arg-type]


@here
def test_clue_surfaces_stand_where_they_are_said() -> None:
    rows, notes = read("general/cluener_zh/*.json")
    lines = [line for name in ("dev", "test", "train") for line in lines_of(f"general/cluener_zh/{name}.json")]
    assert "1345 objects without annotations were read as texts without spans" in notes
    for row, line in zip(rows, lines, strict=True):
        said = Counter(
            (label, surface)
            for label, surfaces in line.get("label", {}).items()
            for surface, places in surfaces.items()
            for _ in places
        )
        assert Counter((one["label"], row["text"][one["start"] : one["end"]]) for one in row["spans"]) == said


@here
def test_doccano_offsets_are_read_as_they_are() -> None:
    rows, _ = read("manufacturing/nasa_fmea_ner/*.jsonl")
    lines = [
        line for path in sorted((DATA / "manufacturing/nasa_fmea_ner").glob("*.jsonl")) for line in lines_of(str(path))
    ]
    assert sum(len(row["spans"]) for row in rows) == 4100
    for row, line in zip(rows, lines, strict=True):
        assert [[one["start"], one["end"], one["label"]] for one in row["spans"]] == line["label"]
        assert row["text"] == line.get("data", line.get("text"))


@here
def test_offsets_of_tokens_are_those_of_the_words() -> None:
    pattern = "manufacturing/maintie/gold_release.json"
    rows, notes = read(pattern)
    assert "5 texts differ from their tokens, which were joined" in notes
    for row, value in zip(rows, json.loads((DATA / pattern).read_text("utf-8")), strict=True):
        said = [(" ".join(value["tokens"][one["start"] : one["end"]]), one["type"]) for one in value["entities"]]
        assert [(row["text"][one["start"] : one["end"]], one["label"]) for one in row["spans"]] == said
    classes = {span["label"] for row in read(pattern, label_depth=1)[0] for span in row["spans"]}
    assert classes == {"Activity", "PhysicalObject", "Process", "Property", "State"}


@here
@pytest.mark.parametrize(
    "pattern",
    ["general/wnut17_ner/emerging.dev.conll", "manufacturing/nasa_fmea_ner/*.jsonl", "general/cluener_zh/dev.json"],
)
@pytest.mark.parametrize(("to", "name"), [("label-studio", "a.json"), ("brat", "a"), ("conll", "a.conll")])
def test_real_texts_come_back_from_other_formats(pattern: str, to: Any, name: str, tmp_path: Path) -> None:
    rows = [row for row in read(pattern)[0][:400] if not overlap(row["spans"]) and (to != "conll" or bare(row))]
    assert len(rows) > 150
    Writer(to).write([Row("here", row["text"], row["spans"]) for row in rows], tmp_path / name)
    path = tmp_path / name / "*.ann" if to == "brat" else tmp_path / name
    found = [record.values for record in Annotations(Annotations.Config(path=str(path))).read(ReadContext())]
    assert [row["text"] for row in found] == [row["text"] for row in rows]
    assert [sorted(map(str, row["spans"])) for row in found] == [sorted(map(str, row["spans"])) for row in rows]


def lines_of(path: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / path).read_text("utf-8").splitlines() if line]


def overlap(spans: list[dict[str, Any]]) -> bool:
    ordered = sorted((one["start"], one["end"]) for one in spans)
    return any(other[0] < one[1] for one, other in itertools.pairwise(ordered))


def bare(row: dict[str, Any]) -> bool:
    """Return whether no span has spaces at its edges, and no line breaks in the text: columns hold neither."""
    surfaces = [row["text"][one["start"] : one["end"]] for one in row["spans"]]
    return all(one == one.strip() for one in surfaces) and not set(row["text"]) & {"\r", "\n"}
