"""The page of all hooks, from the text of hookspecs.py."""

from __future__ import annotations

import ast
import inspect

from metier import hookspecs

INTRODUCTION = """# Hooks

A plugin is a module with functions marked `@hookimpl`, named by an entry point of the group `metier.plugins`. Each hook
is below with its exact signature. A provider hook takes nothing and returns classes; an observer sees a run and changes
nothing; `register_commands` adds to the command line. A hook that does not exist is refused, and listed by
`metier plugins list`.

```toml
[project.entry-points."metier.plugins"]
shipping = "metier_shipping.plugin"
```

```python
from metier.hookspecs import hookimpl

@hookimpl
def provide_industries():
    from metier_shipping.shipping import Shipping
    return [Shipping]
```
"""


def page() -> str:
    """Return the page."""
    tree = ast.parse(inspect.getsource(hookspecs))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    return "\n".join([INTRODUCTION, *(_section(node) for node in functions)])


def _section(node: ast.FunctionDef) -> str:
    return f"## {node.name}\n\n```python\n{signature(node)}\n```\n\n{ast.get_docstring(node)}\n"


def signature(node: ast.FunctionDef) -> str:
    """Return a function's exact signature."""
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return f"def {node.name}({ast.unparse(node.args)}){returns}: ..."
