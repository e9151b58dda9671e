"""The transform `normalize`: repairs encoding damage, composes Unicode, takes out controls and stray space."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Literal

from metier.components import ComponentConfig, Transform, TransformContext

if TYPE_CHECKING:
    from datasets import Dataset

# All controls but tab and line breaks; zero-width space, BOM, soft hyphen. The joiners stay: some scripts need them.
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u2060\ufeff\u00ad]")
SPACES = re.compile(r"[^\S\n]+")
AROUND_BREAKS = re.compile(r" ?\n ?")
MANY_BREAKS = re.compile(r"\n{3,}")
ROUNDS = 10
CONTEXT = 40
"""Characters shown before the first difference."""


class Normalize(Transform):
    """Repairs encoding damage, composes Unicode, takes out control characters and stray space."""

    name: ClassVar[str] = "normalize"

    class Config(ComponentConfig):
        """Options of `normalize`."""

        encoding: bool = True
        """Repair text that was decoded wrongly (`Ã©` for é) and HTML entities, with ftfy."""
        unicode: Literal["NFC", "NFKC", "none"] = "NFC"
        """The Unicode form; NFKC also folds full-width and compatibility characters."""
        controls: bool = True
        """Take out control characters, zero-width spaces and soft hyphens."""
        whitespace: Literal["lines", "collapse", "keep"] = "lines"
        """`lines` shortens runs of spaces and of blank lines and trims; `collapse` makes each run one space."""

    config: Config

    def rowwise(self) -> bool:
        """Return True."""
        return True

    def apply(self, rows: Dataset, context: TransformContext) -> Dataset:
        """Return rows with clean texts, and say each change by the step that made it."""
        from metier.data import tables

        steps = self._steps()

        def change(batch: tables.Columns) -> tables.Columns:
            return {
                name: [
                    self._clean(text, row, steps, context) for row, text in zip(batch["id"], batch[name], strict=True)
                ]
                for name in context.text_columns
            }

        return tables.rewrite(rows, change)

    def clean(self, text: str) -> str:
        """Return a text as `apply` leaves it; cleaning it again changes nothing."""
        return self._clean(text, "", self._steps(), TransformContext(text_columns=()))

    def _clean(self, text: str, row: str, steps: dict[str, Callable[[str], str]], context: TransformContext) -> str:
        original, reasons = text, dict[str, tuple[str, str]]()
        for _ in range(ROUNDS):  # one step may lay bare work for another
            before = text
            for reason, step in steps.items():
                after = step(text)
                if after != text:
                    reasons.setdefault(reason, (text, after))
                    text = after
            if text == before:
                break
        if text != original:
            for reason, (old, new) in reasons.items():
                context.change(reason, row, *_around_first_difference(old, new))
        return text

    def _steps(self) -> dict[str, Callable[[str], str]]:
        steps: dict[str, Callable[[str], str]] = {}
        if self.config.encoding:
            steps["encoding repaired"] = _repairer()
        if self.config.unicode != "none":
            steps[f"Unicode brought to {self.config.unicode}"] = partial(_compose, self.config.unicode)
        if self.config.controls:
            steps["control characters taken out"] = partial(CONTROLS.sub, "")
        if self.config.whitespace == "lines":
            steps["whitespace tidied"] = _tidy
        elif self.config.whitespace == "collapse":
            steps["whitespace tidied"] = _collapse
        return steps


def _repairer() -> Callable[[str], str]:
    from ftfy import TextFixerConfig, fix_text

    # Full-width Chinese punctuation and curly quotes are no damage; the other steps here do the rest.
    config = TextFixerConfig(
        fix_character_width=False,
        uncurl_quotes=False,
        fix_latin_ligatures=False,
        fix_line_breaks=False,
        remove_control_chars=False,
        normalization=None,
        explain=False,
    )

    def repair(text: str) -> str:
        if text.isascii() and "&" not in text and "\x1b" not in text:
            return text  # nothing that ftfy could repair
        return fix_text(text, config)

    return repair


def _around_first_difference(old: str, new: str) -> tuple[str, str]:
    """Return both texts from shortly before they part, so that an example shows what changed."""
    parting = next((place for place, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), 0)
    start = max(0, min(parting, len(old), len(new)) - CONTEXT) if parting else 0
    mark = "…" if start else ""
    return mark + old[start:], mark + new[start:]


def _compose(form: Literal["NFC", "NFKC"], text: str) -> str:
    return text if text.isascii() else unicodedata.normalize(form, text)


def _tidy(text: str) -> str:
    text = SPACES.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))
    return MANY_BREAKS.sub("\n\n", AROUND_BREAKS.sub("\n", text)).strip()


def _collapse(text: str) -> str:
    return " ".join(text.split())
