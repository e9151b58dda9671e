"""Names of people in Latin script, told by the words around them: titles, roles, labels, signatures, greetings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from metier_redact.recognizer import Find, Place, Recognizer
from metier_redact.words import words

UPPER = "A-ZÀ-ÖØ-ÞĆČĐĞİŁŃŘŚŠŞŹŻŽ"
LOWER = "a-zß-öø-ÿāăąćčďđęěğıłńňőřśşšťůűźżž"
END = rf"(?![{UPPER}{LOWER}])"
WORD = rf"(?:[{UPPER}]['’])?[{UPPER}][{LOWER}]+(?:[{UPPER}][{LOWER}]+)?(?:-[{UPPER}]?[{LOWER}]+)*{END}"
INITIAL = rf"[{UPPER}]\.(?: ?[{UPPER}]\.)*"
PARTICLES = r"(?:(?:van|von|der|den|de|del|della|di|da|dos|du|la|le|bin|ibn|al|el|ter|ten|zu|Ó|Ní) ){0,2}"
NEXT = rf"(?: {PARTICLES}(?:{WORD}|{INITIAL}))"
NAME = rf"(?:{WORD}|{INITIAL}){NEXT}{{0,3}}"
FULL = rf"(?:{WORD}|{INITIAL}){NEXT}{{1,3}}"
CAPITALS = rf"[{UPPER}][{UPPER}'’-]+,?(?: (?:[{UPPER}]\.?|[{UPPER}][{UPPER}'’-]+)){{1,3}}{END}"
"""A name in capitals, its family name before a comma perhaps."""

ADDRESS = (
    r"\b(?:(?:Mr|Mrs|Ms|Mx|Dr|Prof|Mme|Mlle)\b\.?|(?:Rev|Sgt|Capt|Lt|Col|Gen|Sen|Rep|Gov|Hon|Messrs)\.|Miss|Mister"
    r"|(?:(?<![^\n])|(?<=[.;:(] )|\b(?:[a-z]+|Honou?rable|Before|By|To|From|With|For|And) )"
    r"(?:Sir|Dame|Professor|Judge|Justice|Detective|Officer|Sergeant|Captain|Nurse|Attorney|Senator))"
)
"""What stands before a name; a rank does so at a beginning or behind a small word, not in `Chief Executive Officer`."""
ROLE = (
    "patient|client|customer|employee|student|pupil|teacher|tutor|plaintiff|defendant|petitioner|respondent|appellant"
    "|witness|tenant|landlord|borrower|operator|technician|engineer|supervisor|inspector|trustee|beneficiary"
    "|account ?holder|card ?holder|taxpayer|physician|surgeon|doctor|counsel|author|applicant|guarantor|insured"
    "|claimant"
)
PARTY = (
    "Plaintiff|Defendant|Petitioner|Respondent|Appellant|Witness|Tenant|Landlord|Borrower|Teacher|Tutor|Operator"
    "|Technician|Engineer|Supervisor|Inspector|Taxpayer|Surgeon|Counsel"
)
"""Roles that begin sentences with a name behind them; `Employee Stock Option` is why not all do."""
LABEL = (
    rf"(?:{ROLE}|attending(?: physician)?|by|from|contact|attn\.?|attention|parent|mother|father|guardian"
    r"|next of kin|manager|director|president|chairman|secretary|[a-z]+ed(?: by)?)"
)
KIN = (
    "son|daughter|husband|wife|spouse|fianc[ée]e?|brother|sister|mother|father|mum|mom|dad|aunt|uncle|niece|nephew|cousin"
    "|grand(?:mother|father|son|daughter)|step(?:mother|father|son|daughter)"
)
DEED = "signed|dictated|transcribed|inspected|examined|witnessed|interviewed|attested|notari[sz]ed|raised|reported"
DEGREE = r"(?:M\.?D|Ph\.?D|R\.?N|D\.?O|D\.?D\.?S|D\.?V\.?M|J\.?D|LL\.?M|M\.?B\.?B\.?S|Esq|CPA|CFA|QC|KC)\b\.?"
OFFICE = (
    r"(?:Chief|President|(?:Senior |Executive )?Vice President|Chair|Director|C[EFO]O\b|General Counsel|Secretary"
    r"|Treasurer)"
)
BEFORE = (
    rf"{ADDRESS} (?P<value>{NAME}|{CAPITALS})",
    rf"\b(?i:names?|surname|pt)\s?[:：] ?(?P<value>{WORD}, {NAME}|{NAME}|{CAPITALS})",
    rf"\b(?i:{LABEL})\s?[:：] ?(?P<value>{FULL}|{CAPITALS})",
    rf"\b(?:{ROLE}) (?P<value>{FULL})",
    rf"\b(?i:{ROLE}), (?P<value>{FULL})",
    rf"(?:(?<![^\n])|(?<=[.;] ))(?:{PARTY}) (?P<value>{FULL})",
    rf"\b(?i:(?:counter)?(?:{DEED}) by|attention of|name of|attn\.?|contact)[:,]? (?P<value>{FULL})",
    rf"\b[Mm]y name(?: is|'s|’s) (?P<value>{NAME})",
    rf"\b(?:I am|I'm|I’m|[Tt]his is) (?P<value>{FULL})",
    rf"\b(?:Dear|Hi|Hello|Hey) (?P<value>{NAME})(?= ?[,!:\n])",
    rf"\b(?i:sincerely|regards|yours truly|yours faithfully|respectfully)(?: yours)?,?\s{{1,4}}(?P<value>{NAME})",
    rf"/[sS]/ ?(?P<value>{NAME}|{CAPITALS})",
    rf"\b(?:{KIN}),? (?P<value>{NAME})",
    rf"\bI, (?P<value>{FULL}),",
)
"""What tells a name that follows."""
BEHIND = (
    rf"(?P<value>{FULL}),? {DEGREE}",
    rf"(?P<value>{FULL})(?:, aged|, born| \(aged?\b|, who\b|, (?:the |our )?{OFFICE}|, \d{{1,3}}(?=,| years| y/?o))",
)
"""What tells a name that stands before it."""
FIRM = re.compile(r",? (?:L\.?L\.?P|L\.?L\.?C|Inc|Corp|Ltd|plc|Co|Company|Group|Holdings)\b| &")
NO_NAMES = frozenset(words("no_names"))
"""Words that are no name where they stand in a name's place."""


def _finder(pattern: str) -> Find:
    compiled = re.compile(pattern, re.ASCII)
    behind, fewest = pattern in BEHIND, 1 if NAME in pattern else 2

    def find(text: str) -> Iterator[Place]:
        at = 0
        while match := compiled.search(text, at):
            start, end = match.span("value")
            length = _name(match["value"])
            fits = len(text[start : start + length].split()) >= fewest and not FIRM.match(text, start + length)
            if fits and (not behind or start + length == end):
                yield start, start + length
                at = start + length
            else:
                at = match.start() + 1

    return find


def _name(value: str) -> int:
    """Return how many characters are a name: those before the first word that is none; 0 for initials alone."""
    kept = ""
    for word in re.split(r"(?<= )", value):
        if word.strip(" ,.").casefold() in NO_NAMES and not re.fullmatch(rf"[{UPPER}]\.? ?", word):
            break
        kept += word
    kept = kept.rstrip(" ,")
    return len(kept) if re.search(rf"[{UPPER}{LOWER}]{{2}}", kept) else 0


RECOGNIZERS = tuple(Recognizer("PERSON", _finder(pattern)) for pattern in (*BEFORE, *BEHIND))
