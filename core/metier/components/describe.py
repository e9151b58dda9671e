"""What each option is for: the text that stands under its field, read from the source when somebody asks for it.

pydantic can read it too (`use_attribute_docstrings`), but does so whenever a class is made: at every start, for every
option of every plugin installed.
"""

from __future__ import annotations

import ast
import functools
import inspect
import textwrap
from collections.abc import Iterator, Mapping

from pydantic import BaseModel


@functools.cache
def descriptions(model: type[BaseModel]) -> Mapping[str, str]:
    """Return the text of each option that has one, those that the model inherits included.

    A `Field(description=…)` counts for more than the text under the field; a class without source has only those.
    """
    found: dict[str, str] = {}
    for ancestor in reversed(model.__mro__):
        if issubclass(ancestor, BaseModel) and ancestor.__module__ != BaseModel.__module__:
            found.update(_under_fields(ancestor))
    given = {name: field.description for name, field in model.model_fields.items() if field.description}
    return {name: text for name, text in {**found, **given}.items() if name in model.model_fields}


def _under_fields(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(model)))
    except (OSError, TypeError):  # what inspect raises for a class that no file holds
        return
    (statement,) = tree.body
    assert isinstance(statement, ast.ClassDef)
    for field, text in zip(statement.body, statement.body[1:], strict=False):
        if not (isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)):
            continue
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant) and isinstance(text.value.value, str):
            yield field.target.id, inspect.cleandoc(text.value.value)
