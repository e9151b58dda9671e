"""How a form is written otherwise by rule: with hyphens or without, in the plural, in capitals."""

from __future__ import annotations

import re

PARTICLES = frozenset(("up", "down", "off", "out", "back", "in", "on"))
PREFIXES = frozenset(
    ("non", "pre", "post", "re", "co", "anti", "multi", "sub", "inter", "over", "under", "semi", "intra")
)
"""What is written before a word with a hyphen or without."""


def hyphenated(form: str) -> list[str]:
    """Return how a term of two words is written before a noun: `interest-rate` for `interest rate`."""
    return [form.replace(" ", "-")] if form.count(" ") == 1 and form.replace(" ", "").isalpha() else []


def unhyphenated(form: str) -> str | None:
    """Return `year on year` for `year-on-year`, `nonperforming loan` for `non-performing loan`; None for `T-bill`."""
    head, hyphen, rest = form.partition("-")
    if hyphen and head.lower() in PREFIXES:
        return head + rest
    if hyphen and all(len(part) > 1 for part in re.split("[- ]", form)):
        return form.replace("-", " ")
    return None


def plural(form: str) -> str | None:
    """Return the plural of an English noun phrase; None where it has none by rule, or is one already."""
    head, of, rest = form.partition(" of ")
    if of:
        return f"{many}{of}{rest}" if (many := plural(head)) else None
    last = form.split(" ")[-1]
    if not last[-1:].isalpha() or last.endswith(("ed", "'s")) or (" " in form and last in PARTICLES):
        return None
    if last.endswith(("sis", "us", "ics")) or (last.endswith("s") and not last.endswith("ss")):
        return None
    if last.endswith(("ss", "x", "z", "ch", "sh")):
        return f"{form}es"
    if last.endswith("y") and last[-2:-1] not in tuple("aeiou"):
        return f"{form[:-1]}ies"
    return f"{form}s"


def is_plural(form: str) -> bool:
    """Return whether a form looks like a plural, which stands as it is where one is wanted."""
    last = form.partition(" of ")[0].split(" ")[-1]
    return last.endswith("s") and not last.endswith(("ss", "us", "sis", "ics", "'s"))


def is_acronym(form: str) -> bool:
    """Return whether a form is written in capitals: `EBITDA`, `P/E`, `T2DM`."""
    return form.isupper() and len(form) > 1


def cased(form: str, model: str) -> str:
    """Return `form` in the capitals of `model`: all, the first, or as it is."""
    if is_acronym(model):
        return form.upper()
    return form[:1].upper() + form[1:] if model[:1].isupper() else form
