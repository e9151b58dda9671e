"""What the built-in transforms change and leave out, with their reasons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from datasets import Dataset
from hypothesis import given, settings
from hypothesis import strategies as st

from metier.builtin.transforms.deduplicate import Deduplicate
from metier.builtin.transforms.filter import Filter
from metier.builtin.transforms.normalize import Normalize
from metier.components import Transform, TransformContext
from metier.data.keys import folded, words
from metier.errors import DataError

PIECES = st.lists(
    st.sampled_from(
        ["Ã©", "â€™", "&amp;", "&lt;", "e\u0301", "\u00a0", "\u200b", "\r\n", "\n\n\n", "\t ", "\x07", "該", "，"]
    )
    | st.text(max_size=6),
    max_size=8,
).map("".join)


def normalize(text: str, **options: Any) -> str:
    return Normalize(Normalize.Config.model_validate(options)).clean(text)


@settings(max_examples=400, deadline=None)
@given(text=PIECES, unicode=st.sampled_from(["NFC", "NFKC"]), whitespace=st.sampled_from(["lines", "collapse", "keep"]))
def test_normalizing_twice_is_normalizing_once(text: str, unicode: str, whitespace: str) -> None:
    once = normalize(text, unicode=unicode, whitespace=whitespace)
    assert normalize(once, unicode=unicode, whitespace=whitespace) == once


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        ("cafÃ© &amp; bar", {}, "café & bar"),
        ("cafÃ© &amp; bar", {"encoding": False}, "cafÃ© &amp; bar"),
        ("e\u0301t\u00e9", {}, "été"),
        ("ﬁnance，Ａ", {}, "ﬁnance，Ａ"),
        ("ﬁnance，Ａ", {"unicode": "NFKC"}, "finance,A"),
        ("a\x07b\u200bc\u00add\ufeff", {}, "abcd"),
        ("a\x07b", {"controls": False, "encoding": False}, "a\x07b"),
        (" a\u00a0 b \r\n\r\n\r\n c ", {}, "a b\n\nc"),
        (" a\u00a0 b \n\n c ", {"whitespace": "collapse"}, "a b c"),
        (" a  b ", {"whitespace": "keep"}, " a  b "),
        ("“curly” quotes’", {}, "“curly” quotes’"),
    ],
)
def test_what_normalize_does(text: str, options: dict[str, Any], expected: str) -> None:
    assert normalize(text, **options) == expected


def apply(
    transform: Transform, texts: Sequence[str], labels: Sequence[Any] | None = None, *, split: str = "train"
) -> tuple[list[str], dict[str, int]]:
    """Return the texts that stay and the count of each reason to leave one out."""
    columns: dict[str, Any] = {"id": [f"r{row}" for row in range(len(texts))], "text": list(texts)}
    if labels is not None:
        columns["label"] = list(labels)
    context = TransformContext(("text",), "label" if labels is not None else None, split=split)
    after = transform.apply(Dataset.from_dict(columns), context)
    return list(after["text"]), {reason: change.count for reason, change in context.dropped.items()}


def test_normalize_says_each_step_where_the_texts_part() -> None:
    rows = Dataset.from_dict({"id": ["r"], "text": ["x" * 300 + "Ã©  y"]})
    context = TransformContext(("text",))
    Normalize().apply(rows, context)
    assert set(context.changed) == {"encoding repaired", "whitespace tidied"}
    example = context.changed["encoding repaired"].examples[0]
    assert example["before"].startswith("…x")
    assert "Ã©" in example["before"]
    assert "é" in example["after"]


def make_filter(**options: Any) -> Filter:
    return Filter(Filter.Config.model_validate(options))


def test_filter_by_length() -> None:
    texts = ["", "  ", "ab", "该公司", "one two three", "one two three four"]
    assert apply(make_filter(), texts) == (texts[2:], {"fewer than 1 characters": 2})
    assert apply(make_filter(min_words=3, max_words=3), texts)[0] == ["该公司", "one two three"]
    assert apply(make_filter(max_characters=3), texts)[1] == {
        "fewer than 1 characters": 2,
        "more than 3 characters": 2,
    }


def test_filter_by_language_leaves_what_is_unsure() -> None:
    english, german = (
        "The company reported a loss in the third quarter.",
        "Der Umsatz stieg im dritten Quartal deutlich.",
    )
    kept, dropped = apply(
        make_filter(languages=["en", "zh"]), [english, german, "ok", "该公司第三季度营业收入同比增长百分之二十"]
    )
    assert kept == [english, "ok", "该公司第三季度营业收入同比增长百分之二十"]
    assert dropped == {"language is de": 1}
    with pytest.raises(DataError, match="the language 'xx' cannot be identified"):
        apply(make_filter(languages=["xx"]), [english])


def deduplicate(**options: Any) -> Deduplicate:
    return Deduplicate(Deduplicate.Config.model_validate(options))


def test_copies_differ_in_case_width_and_spacing_alone() -> None:
    texts = ["Net sales rose.", "net  sales ROSE.", "Net sales rose .", "ＡＢＣ", "abc"]
    assert apply(deduplicate(near=False), texts) == (
        ["Net sales rose.", "Net sales rose .", "ＡＢＣ"],
        {"same text": 2},
    )


@pytest.mark.parametrize(
    ("conflicts", "labels", "kept", "reasons"),
    [
        ("majority", "aab", [0], {"same text": 1, "same text, another label": 1}),
        ("majority", "baa", [1], {"same text": 1, "same text, another label": 1}),
        ("majority", "ab", [], {"same text, labels in balance": 2}),
        ("majority", "aabbc", [], {"same text, labels in balance": 5}),
        ("drop", "aab", [], {"same text, another label": 3}),
        ("keep", "abab", [0, 1], {"same text": 2}),
    ],
)
def test_conflicting_labels(conflicts: str, labels: str, kept: list[int], reasons: dict[str, int]) -> None:
    rows = Dataset.from_dict(
        {"id": list("01234"[: len(labels)]), "text": ["same"] * len(labels), "label": list(labels)}
    )
    context = TransformContext(("text",), "label")
    after = deduplicate(conflicts=conflicts).apply(rows, context)
    assert [int(row) for row in after["id"]] == kept
    assert {reason: change.count for reason, change in context.dropped.items()} == reasons


def test_conflicting_labels_may_stop_everything() -> None:
    with pytest.raises(DataError, match=r"different labels: r0 \(a\), r1 \(b\)"):
        apply(deduplicate(conflicts="error"), ["same", "same"], ["a", "b"])


def test_near_copies_go_where_labels_agree() -> None:
    long = "the company said that net sales of the third quarter rose to a record level on strong demand in asia"
    texts = [long, long + " again", long + " again and"]
    assert apply(deduplicate(), texts, ["up", "down", "up"]) == ([long, texts[1]], {"nearly the same text": 1})
    assert apply(deduplicate(), texts) == ([long], {"nearly the same text": 2})
    assert apply(deduplicate(near=False), texts) == (texts, {})


def test_near_copies_of_chinese_are_found_by_characters() -> None:
    text = "该公司第三季度营业收入同比增长百分之二十，净利润创历史新高，董事会建议派发股息"
    assert apply(deduplicate(), [text, text + "。", text.replace("二十", "三十")])[0] == [text]
    assert words("增长20%，Net Sales") == ["增", "长", "20", "net", "sales"]


def test_held_out_data_of_their_own_stay_whole() -> None:
    assert apply(deduplicate(), ["a", "a"], split="test") == (["a", "a"], {})
    assert apply(deduplicate(held_out=True), ["a", "a"], split="test")[0] == ["a"]


@settings(max_examples=100, deadline=None)
@given(texts=st.lists(st.sampled_from(["a b", "A  b", "c", "d e f g", "d e f h", ""]), max_size=8))
def test_exact_copies_are_those_with_equal_folded_text(texts: list[str]) -> None:
    kept, dropped = apply(deduplicate(near=False), texts)
    assert [folded(text) for text in kept] == list(dict.fromkeys(map(folded, texts)))
    assert len(kept) + sum(dropped.values()) == len(texts)
