"""What may stand for what in a trade's texts; nothing here knows tokens or models."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, TypeAlias

from metier.components import Industry
from metier.errors import StageError
from metier.values import Term
from metier_adversarial._forms import hyphenated, is_acronym, is_plural, plural
from metier_adversarial._spelling import spellings, variants

Kind = Literal["synonyms", "category"]
Exchanges: TypeAlias = Mapping[str, tuple[str, ...]]
"""Form as it may stand in a text, to the forms that may take its place."""
HELD_OUT = 1 / 3
"""Share of the forms that are kept from training, so that robustness is judged by exchanges it did not see."""
WHERE = "lexical-substitution"


def exchanges(terms: Sequence[Term], *, kind: Kind, spelling: bool) -> dict[str, tuple[str, ...]]:
    """Return every form that can be exchanged, in the singular and the plural, with its candidates.

    A form that belongs to more than one term is never replaced: which of them is meant cannot be told. `spelling` adds
    the other spellings of all forms, and of the words in `metier_adversarial._spelling`.
    """
    found: dict[str, dict[str, None]] = defaultdict(dict)
    counts = Counter(key for term in terms for key in {_key(form) for form in (term.term, *term.synonyms)})
    of_category: dict[str, list[str]] = defaultdict(list)
    for term in terms:
        of_category[term.category].append(term.term)
    for term in terms:
        own = _written((term.term, *term.synonyms), spelling=spelling)
        offered = [*own, *(of_category[term.category] if kind == "category" else ())]
        for form in own:
            if counts[_key(form)] < 2:
                _offer(found, form, offered, known=counts)
    if spelling:
        for word, other in spellings().items():
            found[word][other] = None
    return {form: tuple(candidates) for form, candidates in found.items() if candidates}


def is_held_out(form: str) -> bool:
    """Return whether a form is kept from training: by its letters alone, whatever its number, hyphens and capitals."""
    letters = "".join(filter(str.isalnum, form.casefold())).rstrip("eisy")
    place = hashlib.blake2b(letters.encode(), digest_size=8).digest()
    return int.from_bytes(place, "big") < HELD_OUT * 2**64


def only(found: Exchanges, *, held_out: bool) -> dict[str, tuple[str, ...]]:
    """Return the exchanges for forms that are held out, or for those that are not."""
    kept = {
        form: tuple(one for one in candidates if is_held_out(one) is held_out) for form, candidates in found.items()
    }
    return {form: candidates for form, candidates in kept.items() if candidates}


def lexicon_of(industry: Industry | None, *, kind: Kind) -> Sequence[Term]:
    """Return the industry's lexicon; raises `StageError` where there is none, or nothing in it can be exchanged."""
    if industry is None:
        hint = "add `industry: finance` or another that `metier plugins` lists"
        raise StageError("the recipe names no industry, whose lexicon substitutes come from", where=WHERE, hint=hint)
    terms = industry.lexicon()
    if not terms:
        hint = "choose another industry, or leave lexical-substitution out"
        raise StageError(f"the industry {industry.name} has no lexicon", where=WHERE, hint=hint)
    if kind == "synonyms" and not any(term.synonyms for term in terms):
        hint = "give its terms synonyms, or write `candidates: category` where your labels stay true under it"
        raise StageError(f"no term in the lexicon of {industry.name} has a synonym", where=WHERE, hint=hint)
    most = max(Counter(term.category for term in terms).values())
    if kind == "category" and most < 2 and not any(term.synonyms for term in terms):
        hint = "give its terms synonyms or shared categories"
        raise StageError(f"every term in the lexicon of {industry.name} stands alone", where=WHERE, hint=hint)
    return terms


def _key(form: str) -> str:
    return form if is_acronym(form) else form.casefold()


def _written(forms: Iterable[str], *, spelling: bool) -> list[str]:
    """Return forms with, for `spelling`, the other ways to write each."""
    return list(dict.fromkeys(one for form in forms for one in (form, *(variants(form) if spelling else ()))))


def _offer(
    found: dict[str, dict[str, None]], form: str, candidates: Sequence[str], *, known: Mapping[str, int]
) -> None:
    """Note candidates for a form, however it is hyphenated, and their plurals for its plural.

    What comes of a form by rule and is in the lexicon itself (`known`) keeps to what the lexicon says of it.
    """
    several = [one if is_plural(one) else plural(one) for one in candidates]
    found[form].update(_others(form, candidates))
    for derived in hyphenated(form):
        if _key(derived) not in known:
            found[derived].update(_others(derived, candidates))
    for derived in filter(None, map(plural, (form, *hyphenated(form)))):
        if _key(derived) not in known:
            found[derived].update(_others(derived, several))


def _others(form: str, candidates: Iterable[str | None]) -> dict[str, None]:
    return {one: None for one in candidates if one and one.casefold() != form.casefold()}
