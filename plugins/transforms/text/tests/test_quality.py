"""Each heuristic as its paper has it, in Chinese too; each text that goes is said with its reason."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset
from hypothesis import given, settings
from hypothesis import strategies as st

from metier.components import TransformContext
from metier_text.presets import C4, DOMAIN, GOPHER
from metier_text.quality import Quality
from metier_text.signals import Signals

DATA = Path(__file__).parents[5] / "shared" / "data"
DIALOGUES = DATA / "medical" / "chinese_medical_dialogue_zh" / "sample_internal_medicine_gb18030.csv"
REPORTS = DATA / "finance" / "sec_10k_text"
PROSE = (
    "The pump on line two was taken out of service because the seal had begun to leak and pressure fell below what the "
    "process can bear. A new seal was fitted the same day. Nobody was hurt, but production stood still for six hours "
    "while technicians looked for the cause, which turned out to be a worn shaft that had been overlooked in spring."
)
CHINESE = (
    "二号线的油泵因为密封漏油而停机检修，压力低于工艺要求的最小值。当天就换上了新的密封件，没有人员受伤，但是生产中断了六个小时，"
    "技术人员最后发现原因是春季检查时没有注意到的磨损轴，这也说明我们的点检表还不完整。"
)


def apply(
    texts: list[str], *, split: str = "corpus", **options: Any
) -> tuple[list[str], dict[str, int], dict[str, int]]:
    context = TransformContext(("text",), split=split)
    rows = Dataset.from_dict({"id": [f"r{row}" for row in range(len(texts))], "text": texts})
    made = Quality(Quality.Config.model_validate(options)).apply(rows, context)
    changed, dropped = (
        {reason: one.count for reason, one in book.items()} for book in (context.changed, context.dropped)
    )
    return list(made["text"]), changed, dropped


@pytest.mark.parametrize("preset", ["domain", "gopher", "c4"])
@pytest.mark.parametrize("text", [PROSE, CHINESE])
def test_plain_prose_passes(preset: str, text: str) -> None:
    kept, changed, dropped = apply([text], preset=preset, min_sentences=2 if preset == "c4" else None)
    assert (kept, changed, dropped) == ([text], {}, {})


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("the pump of the line is worn", "fewer than 50 words"),
        ("it is an ox to me. " * 20, "fewer than 3 characters a word"),
        (
            "internationalisation of the incomprehensibilities and misunderstandings " * 12,
            "more than 10 characters a word",
        ),
        (PROSE.replace(". ", "... "), None),
        (PROSE.replace(" the ", " # # "), "more than 0.1 hash signs and ellipses a word"),
        ("\n".join(f"- {word} seal" for word in PROSE.split()), "more than 90% of lines are bullets"),
        (
            "\n".join(f"{line} and so the line goes on and on …" for line in PROSE.split(" and ")),
            "more than 30% of lines end with an ellipsis",
        ),
        (
            " ".join(f"{word} 12" if number % 2 else word for number, word in enumerate(PROSE.split())),
            "fewer than 80% of words have a letter",
        ),
        (
            "Pumpen und Dichtungen wurden gestern ausgetauscht, weil Leckagen auftraten. " * 6,
            "fewer than 2 of the commonest words",
        ),
        ("\n".join([*PROSE.split(". "), *PROSE.split(". ")]), "more than 30% of lines repeat others"),
        ("\n\n".join([PROSE, PROSE]), "more than 30% of lines repeat others"),
        (PROSE + " steam boiler" * 20, "more than 20% of characters are in one 2-gram"),
        (f"{PROSE} {PROSE}", "more than 15% of characters are in 5-grams that repeat"),
    ],
)
def test_gopher(text: str, reason: str | None) -> None:
    _, _, dropped = apply([text], preset="gopher")
    assert list(dropped) == [reason] * bool(reason)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("油泵漏油", "fewer than 50 words"),
        (CHINESE + CHINESE, "more than 15% of characters are in 5-grams that repeat"),
        ("螺栓垫片轴承密封联轴器叶轮泵壳机座油封" * 5, "fewer than 2 of the commonest words"),
    ],
)
def test_gopher_in_chinese(text: str, reason: str) -> None:
    _, _, dropped = apply([text], preset="gopher", min_alphabetic=0)
    assert list(dropped) == [reason]


def test_c4_takes_lines_out_and_drops_what_is_left_of_pages() -> None:
    page = (
        "Pumps and seals\nThe seal of the pump was worn. It leaked.\n"
        "Our cookie policy is on the next page.\nShort line.\nIt was replaced in May by us."
    )
    kept, changed, dropped = apply(
        [
            page,
            "Buy now",
            "if (a) { b of the c and d; }. x. y.",
            "Lorem ipsum is a text of no sense. And it is. So be it.",
        ],
        preset="c4",
        min_line_words=4,
    )
    assert kept == ["The seal of the pump was worn. It leaked.\nIt was replaced in May by us."]
    assert changed == {
        "lines without closing punctuation taken out": 1,
        "lines on scripts, cookies and terms of use taken out": 1,
        "lines of fewer than 4 words taken out": 1,
    }
    assert dropped == {"no line left": 1, "holds a curly bracket": 1, "holds filler text": 1}


def test_chinese_lines_close_with_their_own_punctuation() -> None:
    kept, changed, _ = apply(
        [
            "首页 产品 关于我们\n油泵漏油的原因已经查明。\n密封件已经更换完毕！\n"
            "请查看我们的隐私政策了解详情。\n设备恢复运行了吗？"
        ],
        preset="c4",
    )
    assert kept == ["油泵漏油的原因已经查明。\n密封件已经更换完毕！\n设备恢复运行了吗？"]
    assert len(changed) == 2


def test_only_the_corpus_is_judged_unless_labelled_rows_are_asked_for() -> None:
    for split, judged in (("corpus", True), ("train", False), ("validation", False), ("test", False)):
        assert bool(apply(["ok"], split=split)[2]) == judged
    assert apply(["ok"], split="train", labelled=True)[2] == {"fewer than 5 words": 1}
    assert apply(["ok"], split="test", labelled=True)[2] == {}


def test_every_threshold_is_an_option_that_goes_before_the_preset() -> None:
    assert set(GOPHER.__slots__) <= set(Quality.Config.model_fields)
    config = Quality.Config.model_validate({"preset": "gopher", "min_words": 0, "max_repeated_ngrams": {"5": 1}})
    limits = Quality(config).thresholds()
    assert (limits.min_words, limits.max_repeated_ngrams, limits.min_alphabetic) == (0, {5: 1}, 0.8)
    assert apply(["these pumps have leaked and that was the cause"], preset="gopher", min_words=0)[2] == {}


def test_presets_are_those_of_the_papers() -> None:
    assert (GOPHER.min_words, GOPHER.max_words, GOPHER.min_word_length, GOPHER.max_word_length) == (50, 100_000, 3, 10)
    assert GOPHER.max_top_ngram == {2: 0.20, 3: 0.18, 4: 0.16}
    assert GOPHER.max_repeated_ngrams == {5: 0.15, 6: 0.14, 7: 0.13, 8: 0.12, 9: 0.11, 10: 0.10}
    assert (C4.min_sentences, C4.min_line_words) == (3, 5)
    assert all(most >= GOPHER.max_repeated_ngrams[size] for size, most in DOMAIN.max_repeated_ngrams.items())


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["pump", "seal", "the", "油", "泵", ".", "\n"]), max_size=60).map(" ".join),
    st.integers(1, 6),
)
def test_shares_are_shares_and_are_counted_as_by_hand(text: str, size: int) -> None:
    signals = Signals(text)
    units = [unit.casefold() for unit in signals.units]
    width = round(size * signals.scale)
    grams = [tuple(units[place : place + width]) for place in range(len(units) - width + 1)]
    total = sum(map(len, units)) or 1
    top = max((count * len("".join(gram)) for gram, count in Counter(grams).items() if count > 1), default=0)
    assert signals.top_ngram(size) == pytest.approx(min(1, top / total))
    repeated, place = 0, 0
    while place < len(grams):
        again = grams[place] in [grams[other] for other in _starts(grams, width, place)]
        repeated += len("".join(grams[place])) if again else 0
        place += width if again else 1
    assert signals.repeated_ngrams(size) == pytest.approx(repeated / total)
    assert 0 <= signals.repeated_ngrams(size) <= 1


def _starts(grams: list[tuple[str, ...]], width: int, until: int) -> list[int]:
    """Return the places before `until` at which n-grams are looked at: not those inside a repeated one."""
    starts: list[int] = []
    place = 0
    while place < until:
        starts.append(place)
        place += width if grams[place] in [grams[one] for one in starts[:-1]] else 1
    return starts


@pytest.mark.skipif(not DIALOGUES.is_file(), reason="the medical dialogues are not beside this checkout")
def test_chinese_answers_that_go_say_the_same_twice() -> None:
    with DIALOGUES.open(encoding="gb18030", newline="") as file:
        texts = [row["answer"] for row in csv.DictReader(file)][:500]
    kept, _, dropped = apply(texts)
    assert len(kept) > 0.99 * len(texts)
    assert dropped
    assert all("repeat" in reason or "gram" in reason or "words" in reason for reason in dropped)


@pytest.mark.skipif(not REPORTS.is_dir(), reason="the annual reports are not beside this checkout")
def test_tables_and_page_numbers_of_a_report_go_and_its_prose_stays() -> None:
    text = min(REPORTS.glob("*.txt"), key=lambda path: path.stat().st_size).read_text(encoding="utf-8")
    paragraphs = [part for part in text.split("\n\n") if part.strip()]
    kept, _, dropped = apply(paragraphs)
    prose = [part for part in paragraphs if len(part.split()) > 40 and part.rstrip().endswith(".")]
    assert len(set(prose) - set(kept)) <= 0.03 * len(prose)
    assert dropped["fewer than 5 words"] + dropped["fewer than 50% of words have a letter"] > 90
