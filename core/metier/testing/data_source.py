"""The contract of a data source: what it says before reading is true of what it reads."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import pytest

from metier.components import DataSource, PathMark, ReadContext
from metier.errors import DataError
from metier.testing.base import ComponentContract
from metier.testing.probe import Call
from metier.values import Json, Record


class DataSourceContract(ComponentContract):
    """Tests of a data source; override `sample_options` to write a small sample and name it."""

    component: ClassVar[type[DataSource]]

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        """Write a sample of at least two records into `folder`; return the options that read it."""
        raise NotImplementedError(f"override {type(self).__name__}.sample_options: write a sample, return its options")

    def missing_options(self, folder: Path) -> Mapping[str, Json] | None:
        """Return options that name something that is not there; None where nothing can be missing."""
        options = dict(self.sample_options(folder))
        if self.component.bare_option not in options:
            return None
        path = Path(str(options[self.component.bare_option]))
        return {**options, self.component.bare_option: str(path.with_name(f"missing-{path.name}"))}

    def missing(self, folder: Path) -> DataSource:
        """Return the source with `missing_options`; skips where there are none."""
        options = self.missing_options(folder)
        if options is None:
            pytest.skip("nothing that it reads can be missing")
        return self.component(self.component.Config.model_validate(dict(options)))

    def planning_calls(self) -> Sequence[Call]:
        """Planning looks at the source without reading it."""
        return [("inspect", ()), ("columns", ())]

    def read(self, made: DataSource) -> list[Record]:
        """Return all records."""
        return list(made.read(ReadContext(offline=True)))

    def test_bare_string_sets_an_option(self) -> None:
        """When it fails: set `bare_option` to a field of `Config`."""
        assert self.component.bare_option in self.component.Config.model_fields

    def test_sample_inspects_clean(self, made: DataSource) -> None:
        """When it fails: `inspect` finds fault with a sample that reads; or the sample is wrong."""
        assert list(made.inspect()) == []

    def test_missing_input_is_told_while_planning(self, tmp_path: Path) -> None:
        """When it fails: yield a `Problem` with message and hint from `inspect` where the file is not there."""
        made = self.missing(tmp_path)
        option = self.component.Config.model_fields[self.component.bare_option]
        if not any(isinstance(mark, PathMark) for mark in option.metadata):
            pytest.skip("it reads no file of the recipe's, so a quick look cannot tell")
        problems = list(made.inspect())
        assert problems, "inspect finds nothing wrong"
        assert all(problem.message and problem.hint for problem in problems), problems

    def test_missing_input_cannot_be_read(self, tmp_path: Path) -> None:
        """When it fails: raise `DataError` with a hint where the input has gone since planning."""
        made = self.missing(tmp_path)
        with pytest.raises(DataError) as raised:
            self.read(made)
        assert all(problem.hint for problem in raised.value.problems)

    def test_columns_are_those_of_the_records(self, made: DataSource) -> None:
        """When it fails: return from `columns` just the names that records hold, or None where it cannot tell."""
        columns = made.columns()
        for record in self.read(made):
            assert all(isinstance(name, str) for name in record.values), record
            assert columns is None or set(record.values) == set(columns), f"{record.where}: {set(record.values)}"

    def test_records_have_a_place(self, made: DataSource) -> None:
        """When it fails: give each record a `where` of its own (`train.csv:17`): row ids are made of it."""
        places = [record.where for record in self.read(made)]
        assert len(places) >= 2, "the sample gives fewer than two records"
        assert all(places)
        assert len(places) == len(set(places)), "two records have the same place"

    def test_reading_twice_is_the_same(self, made: DataSource, tmp_path: Path) -> None:
        """When it fails: yield records in a fixed order (sort file names) and keep nothing between reads."""
        first = self.read(made)
        assert self.read(made) == first, "the same source reads differently the second time"
        assert self.read(type(made)(made.config)) == first, "a second source with the same options reads differently"

    def test_digest_is_the_same_each_time(self, made: DataSource) -> None:
        """When it fails: digest the content alone: no times, no absolute paths."""
        assert made.digest() == type(made)(made.config).digest()

    def test_reads_record_by_record(self, made: DataSource) -> None:
        """When it fails: make `read` a generator, so that a large file does not fill the memory."""
        records = made.read(ReadContext(offline=True))
        assert isinstance(records, Iterator), f"read returns a {type(records).__name__}"
        assert isinstance(next(records), Record)

    def test_patterns_match_the_sample(self, tmp_path: Path) -> None:
        """When it fails: list in `patterns` the globs of the file names that this source reads."""
        value = self.sample_options(tmp_path).get(self.component.bare_option)
        if not self.component.patterns or not isinstance(value, str):
            pytest.skip("it claims no file names")
        name = f"{Path(value).name}{'/' if Path(value).is_dir() else ''}"
        assert any(fnmatch.fnmatch(name, pattern) for pattern in self.component.patterns), (
            f"{name} matches none of {self.component.patterns}"
        )
