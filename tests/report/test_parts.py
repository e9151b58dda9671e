"""The parts of the report: scales, words, curves, matrices, mistakes."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.files import write_json
from metier.report import answer, curves, details, figures, inputs, mistakes, record, wording
from metier.report.facts import Facts, read_facts
from metier.report.scale import Scale

finite = st.floats(-1e6, 1e6, allow_nan=False)


@given(values=st.lists(finite, min_size=1, max_size=20))
def test_scale_holds_its_values(values: list[float]) -> None:
    scale = Scale.around(values)
    assert scale.low < scale.high
    assert all(0 <= scale.percent(value) <= 100 for value in values)
    ticks = scale.ticks()
    assert 2 <= len(ticks) <= 12
    assert [at for at, _ in ticks] == sorted(at for at, _ in ticks)


def test_ticks_are_round() -> None:
    assert [text for _, text in Scale.around([0.31, 0.58]).ticks()] == ["0.3", "0.4", "0.5", "0.6"]
    assert [text for _, text in Scale.around([0, 390]).ticks()] == ["0", "100", "200", "300", "400"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (wording.number(-0.1234), "\u22120.123"),
        (wording.number(None), "\u2013"),
        (wording.signed(0.05), "+0.050"),
        (wording.interval([0.1, 0.25]), "[0.100, 0.250]"),
        (wording.interval(None), ""),
        (wording.p_value(0.004), "p < 0.01"),
        (wording.p_value(0.2), "p = 0.20"),
        (wording.count(12345), "12\u202f345"),
        (wording.share(0.0123), "1.2\u202f%"),
        (wording.share(0.731), "73\u202f%"),
        (wording.duration(2.04), "2.0\u202fs"),
        (wording.duration(71.3), "1\u202fmin 11\u202fs"),
        (wording.duration(7512), "2\u202fh 5\u202fmin"),
        (wording.size(999), "999\u202fB"),
        (wording.size(90_800_000), "90.8\u202fMB"),
        (wording.and_list(["a", "b", "c"]), "a, b and c"),
    ],
)
def test_words(written: str, expected: str) -> None:
    assert written == expected


def test_curves_hold_every_job(built: Path) -> None:
    adapting, training = curves.charts(read_facts(built))
    assert (adapting.title, training.title) == ("Continued pretraining", "Training for the task")
    assert len(adapting.lines) == 3
    assert len(training.lines) == 12  # two arms, three seeds, loss and validation loss
    assert training.legend == [("adapted", 0), ("plain", 1)]
    assert sum(line.held_out for line in training.lines) == 6


def with_events(facts: Facts, *events: dict[str, object]) -> Facts:
    return dataclasses.replace(facts, events=events)


def test_a_step_logged_twice_counts_once(built: Path) -> None:
    event = {"event": "metrics_logged", "stage": "train", "job": "a-seed-1"}
    losses = ((1, 4.0), (2, 3.0), (2, 2.0), (3, 0.0))
    events = [{**event, "metrics": {"step": step, "loss": loss}} for step, loss in losses]
    (chart,) = curves.charts(with_events(read_facts(built), *events))
    assert chart.lines[0].points == "33.333,0 66.667,50 100,100"


def test_long_lines_are_thinned_and_keep_their_end(built: Path) -> None:
    event = {"event": "metrics_logged", "stage": "train", "job": ""}
    events = [{**event, "metrics": {"step": step, "loss": 1 / step}} for step in range(1, 5001)]
    (chart,) = curves.charts(with_events(read_facts(built), *events))
    points = chart.lines[0].points.split()
    assert 400 <= len(points) <= 420
    assert points[-1].startswith("100,")


def test_stages_say_what_was_kept_from_before(built: Path) -> None:
    stages = curves.stages(read_facts(built))
    assert [stage.reused for stage in stages if stage.name.startswith("adapt")] == [False, True, True]
    assert stages[1].job == "adapted, seed 13"


def test_matrix_has_each_label_and_the_worst_confusions(built: Path) -> None:
    (matrix,) = details.matrices(read_facts(built))
    assert len(matrix.rows) == len(matrix.labels) == 22
    assert sum(cell.count for _, _, cells in matrix.rows for cell in cells) == 150
    times = [times for *_, times, _ in matrix.confusions]
    assert times == sorted(times, reverse=True)
    assert all(reference != said for reference, said, *_ in matrix.confusions)


def test_a_matrix_too_large_is_not_drawn() -> None:
    labels = [f"label {i}" for i in range(120)]
    counts = [[1 if i == j else 0 for j in range(120)] for i in range(120)]
    counts[3][4] = 7
    matrix = details._matrix({"title": "Confusion", "labels": labels, "counts": counts})
    assert matrix.rows == []
    assert matrix.confusions == [("label 3", "label 4", 7, "88\u202f%")]


def test_calibration_is_no_table(built: Path) -> None:
    facts = read_facts(built)
    assert [table.title for table in details.tables(facts)] == ["Figures a label"]
    calibration = details.calibration(facts)
    assert calibration is not None
    assert all(0 <= x <= 100 and 0 <= y <= 100 for x, y, *_ in calibration.points)


def test_only_a_column_of_shares_has_bars(built: Path) -> None:
    facts = read_facts(built)
    rows = [[-2.5, 0.25, 0.1, 3], [0.0, 1.0, None, 4]]
    detail = {"kind": "table", "title": "Thresholds", "columns": ["threshold", "f1", "share", "n"], "rows": rows}
    (*_, table) = details.tables(dataclasses.replace(facts, metrics={**facts.metrics, "details": [detail]}))
    assert [[cell.bar for cell in row] for row in table.rows] == [[None, 0.25, 0.1, None], [None, 1.0, None, None]]


def test_mistakes_are_the_surest_wrong_ones(built: Path) -> None:
    facts = read_facts(built)
    found = mistakes.mistakes(facts)
    assert found is not None
    assert found.rows == 150
    assert found.total == round(150 * (1 - facts.judged["metrics"]["accuracy"]))
    assert len(found.shown) == min(found.total, mistakes.SHOWN)
    assert all(one.reference != one.prediction for one in found.shown)
    sureness = [int(one.score.rstrip("\u202f%")) for one in found.shown]
    assert sureness == sorted(sureness, reverse=True)


def test_long_texts_say_how_much_is_missing() -> None:
    row = {"id": "a", "text": "x" * 700, "reference": ["a"], "prediction": [], "probabilities": {"a": 0.2, "b": 0.1}}
    one = mistakes._mistake(row, ["text"])
    assert (len(one.text), one.more, one.reference, one.prediction) == (600, 100, "a", "(none)")
    assert one.score == "80\u202f%"


def test_numbers_show_those_that_are_farthest_off(run: Path) -> None:
    facts = read_facts(run)
    columns = {"id": ["a", "b", "c"], "text": ["x", "y", "z"], "reference": [1.0, 2.0, 3.0]}
    pq.write_table(pa.table({**columns, "prediction": [1.5, 2.0, 0.25]}), run / facts.judged["predictions"])
    found = mistakes.mistakes(facts)
    assert found is not None
    assert (found.total, found.graded, found.order) == (2, True, "that are farthest off")
    assert [(one.id, one.reference, one.prediction) for one in found.shown] == [("c", "3", "0.25"), ("a", "1", "1.5")]


def test_texts_show_those_that_are_least_like_what_is_right(run: Path) -> None:
    facts = read_facts(run)
    columns = {"id": ["a", "b", "c"], "text": ["x", "y", "z"], "reference": ["two pumps", "no leak", "c" * 700]}
    said = ["two pumps!", "nothing", "c" * 700]
    pq.write_table(pa.table({**columns, "prediction": said}), run / facts.judged["predictions"])
    found = mistakes.mistakes(facts)
    assert found is not None
    assert (found.total, found.order) == (2, "that are least like what is right")
    assert [one.id for one in found.shown] == ["b", "a"]


def test_a_head_may_say_what_is_right(run: Path) -> None:
    facts = read_facts(run)
    columns = {"id": ["a", "b", "c"], "reference": [["The pump", "a pump"], ["oil"], ["oil"]]}
    more = {"prediction": [["pump"], ["water"], ["air"]], "right": [True, False, False], "score": [0.9, 0.2, 0.7]}
    pq.write_table(pa.table({**columns, **more}), run / facts.judged["predictions"])
    found = mistakes.mistakes(facts)
    assert found is not None
    assert (found.total, found.graded) == (2, False)
    assert [one.id for one in found.shown] == ["c", "b"]


def test_a_figure_that_is_not_defined_has_no_value(run: Path) -> None:
    facts = read_facts(run)
    for one in facts.metrics["arms"]:
        one["summary"] = {}
        for trained in one["runs"]:
            del trained["splits"]["test"]["metrics"]["f1_macro"]
    found = answer.answer(facts)
    assert found.value == wording.DASH
    assert {one.kind for one in found.standings} == {"baseline"}


def test_every_model_and_seed_has_its_figures(built: Path) -> None:
    facts = read_facts(built)
    table, seeds = figures.every_model(facts), figures.every_seed(facts)
    assert table.columns[0] == "macro F1"
    assert [name for name, _ in table.rows][:2] == ["adapted (3 seeds)", "plain (3 seeds)"]
    assert table.rows[0][1][0].spread.startswith("± ")
    assert table.rows[2][1][0].spread.startswith("[")
    assert seeds is not None
    assert len(seeds.rows) == 6
    assert all(len(cells) == len(seeds.columns) for _, cells in seeds.rows)


def test_data_says_what_each_step_did(built: Path) -> None:
    facts = read_facts(built)
    steps = inputs.steps(facts)
    assert [step.title for step in steps] == [
        "train: read by csv", "corpus: read by text", "train: normalize", "train: deduplicate",
    ]  # fmt: skip
    assert [(reason.count, reason.reason) for reason in steps[3].reasons] == [
        ("9", "the same text"),
        ("17", "nearly the same text"),
    ]
    train = inputs.splits(facts)[0]
    assert ("cut at 64 tokens", "3 rows (0.4\u202f%)") in train.facts
    assert train.counts[0][1][0].width == 100
    assert inputs.leakage(facts)[0][:2] == ("train rows that test has too", "2 the same, 5 nearly; 7 left out of train")


def test_record_holds_what_decides_results(built: Path) -> None:
    facts = read_facts(built)
    named = dict(record.environment(facts))
    assert named["metier-classification"] == "0.1.0"
    assert "six" not in named
    assert {"plan.json", "model/model.safetensors", "evaluation/metrics.json"} <= {
        file.path for file in record.files(facts)
    }
    assert dict(record.summary(facts))["model"] == "starter:minilm, 23 M parameters"


def test_the_most_memory_of_the_runs_own_stages_is_told(run: Path) -> None:
    for name, peak in (("01-prepare", 900_000_000), ("02-train", 2_600_000_000), ("03-evaluate", None)):
        stage = {"stage": name, "reused": peak is None, **({"peak_memory": peak} if peak else {})}
        write_json(run / "stages" / name / "result.json", stage)
    assert dict(record.summary(read_facts(run)))["memory"] == "up to 2.6\u202fGB"
