"""The page of all component classes: what a plugin author may override, from the text of components/."""

from __future__ import annotations

import ast
import inspect
import sys

from metier.components import (
    KINDS,
    Baseline,
    Component,
    ComponentConfig,
    Engine,
    FetchContext,
    MethodContext,
    Objective,
    OptimizerConfig,
    ReadContext,
    TaskObjective,
    TransformContext,
)

HELPERS = (
    Component,
    ComponentConfig,
    ReadContext,
    TransformContext,
    FetchContext,
    MethodContext,
    Engine,
    Objective,
    TaskObjective,
    Baseline,
    OptimizerConfig,
)
INTRODUCTION = """# Components

A component is a class with `kind`, `name`, a frozen `Config`, and an `__init__` that does no work. Each kind is below
with the methods that an author overrides, in the words of the code; then what they are given.
"""


def page() -> str:
    """Return the page."""
    parts = [INTRODUCTION, "## Kinds\n"]
    parts += [_section(kind) for kind in KINDS.values()]
    parts += ["## What they share and are given\n"]
    parts += [_section(helper) for helper in HELPERS]
    return "\n".join(parts)


def _section(cls: type) -> str:
    tree = ast.parse(inspect.getsource(sys.modules[cls.__module__]))
    node = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == cls.__name__)
    parts = [f"### {cls.__name__}\n", ast.get_docstring(node) or "", ""]
    fields = _fields(node)
    if fields:
        parts += ["| attribute | type | meaning |", "|---|---|---|", *fields, ""]
    for method in node.body:
        if isinstance(method, ast.FunctionDef) and not method.name.startswith("_"):
            returns = f" -> {ast.unparse(method.returns)}" if method.returns else ""
            head = f"def {method.name}({ast.unparse(method.args)}){returns}: ..."
            parts += [f"```python\n{head}\n```\n", ast.get_docstring(method) or "", ""]
    return "\n".join(parts)


def _fields(node: ast.ClassDef) -> list[str]:
    rows = []
    for field, following in zip(node.body, [*node.body[1:], None], strict=True):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            text = _text(following)
            kind = ast.unparse(field.annotation).replace("|", "\\|")
            rows.append(f"| `{field.target.id}` | `{kind}` | {text} |")
    return rows


def _text(node: ast.stmt | None) -> str:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        return " ".join(node.value.value.split()).replace("|", "\\|")
    return ""
