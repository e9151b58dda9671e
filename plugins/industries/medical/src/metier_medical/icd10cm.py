"""Reads diagnoses of ICD-10-CM, the public-domain code set of the United States, from an installed package."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import ClassVar, Literal

from metier.components import ComponentConfig, DataSource, ReadContext
from metier.errors import Problem
from metier.values import Record
from metier_medical import sampling

PACKAGE = "simple-icd-10-cm"


class Icd10Cm(DataSource):
    """Diagnosis descriptions of ICD-10-CM with their chapters, split so that no test category occurs in training."""

    name: ClassVar[str] = "icd-10-cm"
    bare_option: ClassVar[str] = "part"

    class Config(ComponentConfig):
        """Options of `icd-10-cm`."""

        part: Literal["train", "test", "corpus"] = "train"
        """Labelled rows of the training categories, of the held-out ones, or the training side's bare descriptions."""

    config: Config

    def inspect(self) -> Iterable[Problem]:
        """Report a missing package."""
        try:
            version(PACKAGE)
        except PackageNotFoundError:
            yield Problem(f"the package {PACKAGE} is not installed", hint=f"pip install {PACKAGE}")

    def columns(self) -> Sequence[str] | None:
        """Return the columns of the part."""
        return ("code", "text") if self.config.part == "corpus" else ("code", "text", "label", "category")

    def digest(self) -> str | None:
        """Return a digest of the package's version and the part: the rows follow from them and this plugin's code."""
        return hashlib.sha256(f"{PACKAGE} {version(PACKAGE)} {self.config.part}".encode()).hexdigest()

    def read(self, context: ReadContext) -> Iterator[Record]:
        """Yield code, description and, but for the corpus, chapter and category."""
        context.notes.append(f"icd-10-cm: {PACKAGE} {version(PACKAGE)}, public domain")
        if self.config.part == "corpus":
            for code, text in sampling.descriptions():
                yield Record(f"icd-10-cm:{code}", {"code": code, "text": text})
        else:
            for row in sampling.diagnoses(self.config.part):
                yield Record(f"icd-10-cm:{row.code}", row._asdict())
