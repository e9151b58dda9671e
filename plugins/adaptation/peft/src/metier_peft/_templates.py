"""What a tokenizer puts around a text, with more tokens before the text: on the JSON of the tokenizers library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Json = dict[str, Any]
A, B = {"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}


def before_text(processor: Json | None, tokens: Mapping[str, int]) -> Json:
    """Return a post-processor that puts `tokens` (name to id) before the first text, behind what begins it already."""
    if processor is None:
        return _with_tokens(_template([A], [A, B], {}), tokens)
    kind = processor["type"]
    if kind == "TemplateProcessing":
        return _with_tokens(processor, tokens)
    if kind in {"BertProcessing", "RobertaProcessing"}:
        return _with_tokens(_framed(processor), tokens)
    if kind == "Sequence":
        inner = list(processor["processors"])
        for i, one in enumerate(inner):
            if one["type"] in {"TemplateProcessing", "BertProcessing", "RobertaProcessing"}:
                inner[i] = before_text(one, tokens)
                return {**processor, "processors": inner}
        return {**processor, "processors": [*inner, before_text(None, tokens)]}
    return {"type": "Sequence", "processors": [processor, before_text(None, tokens)]}


def _with_tokens(template: Json, tokens: Mapping[str, int]) -> Json:
    special = {name: {"id": name, "ids": [id_], "tokens": [name]} for name, id_ in tokens.items()}
    prompt = [{"SpecialToken": {"id": name, "type_id": 0}} for name in tokens]
    return {
        **template,
        "single": _inserted(template["single"], prompt),
        "pair": _inserted(template["pair"], prompt),
        "special_tokens": {**template["special_tokens"], **special},
    }


def _inserted(pieces: Sequence[Json], prompt: Sequence[Json]) -> list[Json]:
    first = next(i for i, piece in enumerate(pieces) if "Sequence" in piece)
    return [*pieces[:first], *prompt, *pieces[first:]]


def _framed(processor: Json) -> Json:
    """Return BERT's or RoBERTa's own processor as a template."""
    (sep, sep_id), (cls, cls_id) = processor["sep"], processor["cls"]
    begin, end, last = _special(cls, 0), _special(sep, 0), _special(sep, 1)
    pair = [begin, A, end, B, last]
    if processor["type"] == "RobertaProcessing":
        pair = [begin, A, end, end, {"Sequence": {"id": "B", "type_id": 0}}, end]
    special = {name: {"id": name, "ids": [id_], "tokens": [name]} for name, id_ in ((cls, cls_id), (sep, sep_id))}
    return _template([begin, A, end], pair, special)


def _special(name: str, type_id: int) -> Json:
    return {"SpecialToken": {"id": name, "type_id": type_id}}


def _template(single: list[Json], pair: list[Json], special: Json) -> Json:
    return {"type": "TemplateProcessing", "single": single, "pair": pair, "special_tokens": special}
