"""report.html: one file that holds everything, and escapes what it holds."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from metier.errors import RunError
from metier.files import read_json, write_json
from metier.report import write_report

HOSTILE = "<script>alert('x')</script> </title> & \"quoted\" {{ 7 * 7 }}"
VOID = {"meta", "br", "link", "img", "hr", "input"}


class Outline(HTMLParser):
    """Checks that every element is closed, and gathers elements and texts."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, tag
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def outline(path: Path) -> Outline:
    parsed = Outline()
    parsed.feed(path.read_text(encoding="utf-8"))
    assert parsed.open == []
    return parsed


def test_page_is_self_contained(run: Path) -> None:
    path = write_report(run)
    text, page = path.read_text(encoding="utf-8"), outline(path)
    assert path == run / "report.html"
    assert {"script", "link", "img", "iframe", "object"}.isdisjoint(tag for tag, _ in page.seen)
    assert not re.search(r"https?://|@import|url\(", text)
    policy = [attributes["content"] for tag, attributes in page.seen if attributes.get("http-equiv")]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'"]
    assert any(attributes.get("name") == "viewport" for _, attributes in page.seen)
    assert len(text) < 400_000


def test_page_answers_first_and_has_every_part(run: Path) -> None:
    page = outline(write_report(run))
    ids = [attributes["id"] for tag, attributes in page.seen if tag == "section" and "id" in attributes]
    assert ids == ["answer", "figures", "data", "training", "labels", "errors", "record"]
    links = [attributes["href"] for tag, attributes in page.seen if tag == "a"]
    assert links == [f"#{one}" for one in ids]
    for words in (
        "TF-IDF + logistic regression", "nearly the same text", "Continued pretraining", "symptoms-signs",
        "Most frequent confusions", "AMD EPYC", "use: continued-pretraining", "OSError: no route to host",
        "train rows that test has too", "adapted, seed 15", "cut at 64 tokens",
    ):  # fmt: skip
        assert words in page.text, words


def test_every_table_scrolls_in_its_own_box(run: Path) -> None:
    text = write_report(run).read_text(encoding="utf-8")
    assert text.count("<table") == text.count('<div class="scroll"><table') > 5


def test_everything_from_outside_is_escaped(build: Any, tmp_path: Path) -> None:
    run = build(tmp_path, rows=60, seeds=(13,), text=HOSTILE)
    for name in ("evaluation/metrics.json", "data/report.json", "plan.json", "environment.json", "recipe.yaml"):
        path = run / name
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("skin", "<script>2</script>").replace("minilm", "<img src=x>"), encoding="utf-8")
    with (run / "events.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps({"event": "observer_failed", "plugin": HOSTILE, "hook": "h", "reason": "<b>"}) + "\n")
    page = outline(write_report(run))
    assert {"script", "img", "b"} & {tag for tag, _ in page.seen} <= {"b"}
    assert HOSTILE in page.text
    assert "<script>2</script>" in page.text
    assert "<img src=x>" in page.text


def test_one_training_alone_makes_a_page(build: Any, tmp_path: Path) -> None:
    run = build(tmp_path, rows=60, seeds=(13,), ablate=False)
    metrics = read_json(run / "evaluation" / "metrics.json")
    write_json(run / "evaluation" / "metrics.json", {**metrics, "baselines": [], "comparisons": []})
    for name in ("data/report.json", "events.jsonl", "environment.json", "recipe.yaml"):
        (run / name).unlink()
    for path in (run / "evaluation" / "predictions").iterdir():
        path.unlink()
    page = outline(write_report(run))
    ids = [attributes["id"] for tag, attributes in page.seen if tag == "section" and "id" in attributes]
    assert ids == ["answer", "figures", "labels", "record"]
    assert "95\u202f% bootstrap interval" in page.text


def test_without_figures_there_is_no_page(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no figures yet"):
        write_report(tmp_path)


def test_a_failed_run_says_so(run: Path) -> None:
    write_json(run / "status.json", {"status": "failed", "error": "OSError: <full>"})
    assert "OSError: <full>" in outline(write_report(run)).text
