"""Measures how well `redact` finds the values that tests/*.jsonl name, and writes the tables into the README.

python measure.py            # writes them
python measure.py --check    # only says whether they are current
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from pathlib import Path

from metier_redact.finding import TYPES, Entity, Finder

HERE = Path(__file__).parent
README = HERE / "README.md"
SETS = {
    "held_out": "Held out: written when the patterns were done; none was changed for what it shows.",
    "labelled": "Seen: what the patterns were mended by.",
}
BLOCK = re.compile(r"(?<=<!-- figures -->\n).*?(?=<!-- /figures -->)", re.DOTALL)
HAN = re.compile(r"[\u4e00-\u9fff]")


def read(name: str) -> list[tuple[str, list[Entity]]]:
    """Return the texts of a set with their values, whose places follow from their order in the text."""
    rows = []
    for line in (HERE / "tests" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        row, at, entities = json.loads(line), 0, []
        for kind, value in row["entities"]:
            start = row["text"].index(value, at)
            at = start + len(value)
            entities.append(Entity(kind, start, at))
        rows.append((row["text"], entities))
    return rows


def counts(name: str) -> dict[str, Counter[str]]:
    """Return by type: values, found, right (type and both borders), hidden (no character left, whatever the type).

    Names are counted by language, too; `others` are all types but names.
    """
    finder = Finder.of(regions=("US", "GB", "CN"))
    made: dict[str, Counter[str]] = {}
    for text, values in read(name):
        found = finder.find(text)
        covered = {place for one in found for place in range(one.start, one.end)}
        language = "Chinese" if HAN.search(text) else "English"
        for one in {*values, *found}:
            said = {
                "values": one in values,
                "found": one in found,
                "right": one in values and one in found,
                "hidden": one in values and covered >= set(range(one.start, one.end)),
            }
            for row in (one.type, f"{one.type}, {language}" if one.type == "PERSON" else "others", "all"):
                made.setdefault(row, Counter()).update(said)
    return made


def table(name: str) -> str:
    """Return a set's table as Markdown."""
    found, texts = counts(name), read(name)
    chinese, empty = sum(bool(HAN.search(text)) for text, _ in texts), sum(not values for _, values in texts)
    names = [row for kind in sorted(TYPES) for row in (kind, f"{kind}, English", f"{kind}, Chinese") if row in found]
    lines = [
        f"{SETS[name]} {len(texts)} texts, {chinese} Chinese; {empty} hold nothing personal but what looks like it.",
        "",
        "| type | values | precision | recall | hidden |",
        "|---|---|---|---|---|",
    ]
    for row in [*names, "others", "all"]:
        one = found[row]
        shares = (one["right"] / one["found"], one["right"] / one["values"], one["hidden"] / one["values"])
        lines.append(f"| {row} | {one['values']} | {' | '.join(f'{share:.2f}' for share in shares)} |")
    return "\n".join(["", *lines, ""])


def main(arguments: list[str]) -> int:
    """Write the tables, or with `--check` say whether they are current; return the exit code."""
    readme = README.read_text(encoding="utf-8")
    tables = "\n".join(map(table, SETS)) + "\n"
    made = BLOCK.sub(lambda _: tables, readme)
    print(tables)
    if "--check" in arguments:
        return int(made != readme)
    README.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
