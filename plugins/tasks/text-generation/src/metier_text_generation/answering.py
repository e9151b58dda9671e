"""Answers as tokens: what each begins with, what it says, and the token that ends it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from metier.errors import DataError
from metier_text_generation.options import Options
from metier_text_generation.prompts import end_token, prompt_of
from metier_text_generation.turns import Turn

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast


@dataclass(frozen=True)
class AnswerTokens:
    """Makes tokens of answers for one tokenizer."""

    options: Options
    tokenizer: PreTrainedTokenizerFast

    @cached_property
    def end(self) -> int:
        """The token that ends an answer."""
        return end_token(self.tokenizer, self.options)

    @cached_property
    def ends(self) -> frozenset[int]:
        """All tokens at which generation stops."""
        other = self.tokenizer.eos_token_id
        return frozenset({self.end, *([] if other is None else [int(other)])})

    @cached_property
    def given(self) -> list[int]:
        """The tokens that every answer begins with; spaces at their end belong to the word that follows."""
        return self.ids(self._opening.rstrip(" "))

    def of(self, text: str, *, where: str) -> list[int]:
        """Return the tokens of an answer behind those that are given, its end included.

        Raises `DataError` where an end stands in the answer.
        """
        space = self._opening[len(self._opening.rstrip(" ")) :]
        found = self.ids(space + text.removeprefix(self.options.prefix))
        if within := self.ends.intersection(found):
            named = self.tokenizer.convert_ids_to_tokens(min(within))
            hint = "take it out: the model stops there"
            raise DataError(f"the answer holds {named}, which is to end it", where=where, hint=hint)
        return [*found, self.end]

    def choices(self) -> dict[tuple[int, ...], str]:
        """Return the choices by their tokens; raises `DataError` where two are the same to the tokenizer."""
        found: dict[tuple[int, ...], str] = {}
        for choice in self.options.choices:
            tokens = tuple(self.of(choice, where="task.choices"))
            if tokens in found:
                hint = "word them otherwise: the tokenizer makes the same tokens of both"
                message = f"the model cannot tell {choice!r} from {found[tokens]!r}"
                raise DataError(message, where="task.choices", hint=hint)
            found[tokens] = choice
        return found

    def ids(self, text: str) -> list[int]:
        """Return the tokens of a text, no special ones added."""
        return list(self.tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"])

    @cached_property
    def _opening(self) -> str:
        """What stands before what an answer says: spaces of the template's end, and the prefix."""
        return prompt_of([Turn("user", "?")], self.options, self.tokenizer, where="task").gap + self.options.prefix
