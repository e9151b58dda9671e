"""The data source `sql`: the rows of a query, from any database that SQLAlchemy speaks to."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, ClassVar

from metier.builtin.sources import paths
from metier.components import ComponentConfig, DataSource, ReadContext
from metier.errors import DataError, Problem
from metier.values import Record

if TYPE_CHECKING:
    from sqlalchemy import URL, Engine

BATCH = 1000
VARIABLE = re.compile(r"\$\{(\w+)\}")
PASSWORD = re.compile(r"(?<=://)([^:/@]*):([^@]*)@")
SQLITE_FILE = re.compile(r"sqlite(?:\+\w+)?:///(?P<path>[^?]+)")


class Sql(DataSource):
    """The rows of an SQL query, by an SQLAlchemy URL."""

    name: ClassVar[str] = "sql"
    bare_option: ClassVar[str] = "url"

    class Config(ComponentConfig):
        """Options of `sql`."""

        url: str
        """An SQLAlchemy URL; `${NAME}` stands for an environment variable, as a password must. A SQLite path is taken
        from the working directory."""
        query: str
        """The query; give it an ORDER BY, or the rows may come in another order each time."""

    config: Config

    def __init__(self, config: Config) -> None:
        super().__init__(config)

    def inspect(self) -> Iterable[Problem]:
        """Look at the URL: a literal password, a variable that is not set, a SQLite file that is not there."""
        found = PASSWORD.search(self.config.url)
        if found and not VARIABLE.fullmatch(found[2]):
            hint = "write ${DATABASE_PASSWORD} in its place, and set that environment variable"
            yield Problem("the password would be kept with the run", where=self._where, hint=hint)
        for name in VARIABLE.findall(self.config.url):
            if name not in os.environ:
                hint = f"export {name}=…"
                yield Problem(f"the environment variable {name} is not set", where=self._where, hint=hint)
        file = SQLITE_FILE.fullmatch(VARIABLE.sub(lambda match: os.environ.get(match[1], ""), self.config.url))
        if file and file["path"] != ":memory:" and not file["path"].startswith("file:"):
            yield from paths.look(file["path"], binary=True)

    def read(self, context: ReadContext) -> Iterator[Record]:
        """Yield the query's rows as they stream in; nothing is committed."""
        from sqlalchemy import text
        from sqlalchemy.exc import SQLAlchemyError

        problem = next(iter(self.inspect()), None)
        if problem is not None:
            raise DataError(problems=[problem])
        if not re.search(r"\border\s+by\b", self.config.query, re.IGNORECASE):
            context.notes.append(f"{self._where}: the query has no ORDER BY, so the order of rows is the database's")
        engine = self._engine()
        try:
            with engine.connect().execution_options(yield_per=BATCH) as connection:
                rows = connection.execute(text(self.config.query)).mappings()
                for number, values in enumerate(rows, start=1):
                    yield Record(f"row:{number}", {str(name): value for name, value in values.items()})
        except SQLAlchemyError as error:
            raise self._fault(engine.url, error) from error
        finally:
            engine.dispose()

    @property
    def _where(self) -> str:
        """The URL as it may be shown."""
        return PASSWORD.sub(r"\1:***@", self.config.url)

    def _engine(self) -> Engine:
        from sqlalchemy import create_engine
        from sqlalchemy.exc import ArgumentError

        url = VARIABLE.sub(lambda match: os.environ[match[1]], self.config.url)
        try:
            return create_engine(url)
        except ModuleNotFoundError as error:
            hint = f"pip install {(error.name or '').partition('.')[0]}"
            raise DataError(f"the driver '{error.name}' is not installed", where=self._where, hint=hint) from error
        except (ArgumentError, ValueError):
            hint = "write it as dialect://user:${PASSWORD}@host/database"
            # The cause may hold the URL with its password, so it is left out of the traceback.
            raise DataError("this is not an SQLAlchemy URL", where=self._where, hint=hint) from None

    def _fault(self, url: URL, error: Exception) -> DataError:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        if url.password:
            reason = reason.replace(str(url.password), "***")
        return DataError(f"the query failed: {reason}", where=self._where, hint="check the query, and that it may read")
