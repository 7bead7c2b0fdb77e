"""A function of a notebook as a file that stands alone: its source, and what it uses of the notebook."""

import ast
import inspect
import symtable
import sys
import textwrap
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any, get_args

import numpy as np

from common.errors import InvalidArgument
from course.workbook.cutting import starter_source
from course.workbook.exercise import Exercise

UFUNCS = ("numpy", "scipy.special")
"""Modules with ufuncs that a learner may import by name."""

UNEVALUATED = "from __future__ import annotations"
"""Annotations are only read by people, so what they name need not come along."""

PLAIN = bool | int | str | bytes | range | slice | None


def as_file(exercise: Exercise, functions: dict[str, Callable[..., Any]]) -> str:
    """Return the text of an answer made of functions of a notebook, under the names that the exercise asks for.

    Functions that are not given are those of the starter, still to be written.

    Raises
    ------
    InvalidArgument
        If the source of a function cannot be read, or it uses something of the notebook that cannot be written down.
    """
    parts: dict[str, str] = {}
    for function in functions.values():
        _collect(function, parts)
    names = [f"{name} = {f.__name__}" for name, f in functions.items() if name != f.__name__]
    return "\n\n".join([UNEVALUATED, starter_source(exercise), *parts.values(), *names, ""])


def _collect(function: Callable[..., Any], parts: dict[str, str]) -> None:
    """Add the function and, before it, everything of the notebook that it uses."""
    source = _source(function)
    parts[function.__name__] = ""  # recursion ends here
    scope = {**inspect.getclosurevars(function).nonlocals, **getattr(function, "__globals__", {})}
    for name in sorted(_names_from_outside(source)):
        if name in scope and name not in parts:  # a builtin is in the scope only where the notebook gave it a meaning
            _add(name, scope[name], function.__name__, parts)
    del parts[function.__name__]
    parts[function.__name__] = source


def _add(name: str, value: Any, user: str, parts: dict[str, str]) -> None:
    if isinstance(value, ModuleType):
        parts[name] = f"import {value.__name__} as {name}"
    elif (home := _home(value)) is not None:
        parts[name] = f"from {home} import {value.__name__} as {name}"
    elif isinstance(value, FunctionType):
        _collect(value, parts)
        if value.__name__ != name:
            parts[name] = f"{name} = {value.__name__}"
    elif (text := _text(value)) is not None:
        parts.setdefault("numpy", "import numpy")
        parts[name] = f"{name} = {text}"
    else:
        remedy = f"Define `{name}` inside of the function, or write the answer into a file."
        raise InvalidArgument(
            f"`{user}`", f"a use of `{name}` from the notebook", "names that can be taken along", remedy
        )


def _home(value: Any) -> str | None:
    """Return the module from which a value can be imported by its own name; a ufunc does not know its module."""
    name = getattr(value, "__name__", None)
    known = map(sys.modules.get, UFUNCS) if type(value).__name__ == "ufunc" else [inspect.getmodule(value)]
    for module in known:
        if module and module.__name__ != "__main__" and isinstance(name, str) and getattr(module, name, None) is value:
            return module.__name__
    return None


def _text(value: Any) -> str | None:
    """Return an expression that makes the value again, exactly; None where there is no such expression."""
    kind = type(value)
    if isinstance(value, np.ndarray | np.number | np.bool_):
        made = _text(value.tolist()) if kind is np.ndarray or isinstance(value, np.generic) else None
        shaped = f".reshape({value.shape})[()]"  # an array of no axes becomes the number again
        return None if made is None else f"numpy.array({made}, numpy.dtype({value.dtype.str!r})){shaped}"
    if kind in (float, complex):  # which may be no number
        return f"{kind.__name__}({str(value)!r})"
    if kind in (list, tuple, set, frozenset):
        entries = [_text(one) for one in value]
        return None if None in entries else f"{kind.__name__}([{', '.join(map(str, entries))}])"
    if kind is dict:
        return None if (pairs := _text(list(value.items()))) is None else f"dict({pairs})"
    return repr(value) if kind in get_args(PLAIN) else None


def _source(function: Callable[..., Any]) -> str:
    name = getattr(function, "__name__", repr(function))
    remedy = "Give a function written with def in a cell of the notebook."
    if name == "<lambda>":
        raise InvalidArgument("function", "a lambda, whose text cannot be cut out of its line", "a function", remedy)
    try:
        return textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError) as error:
        raise InvalidArgument("function", f"`{name}`, whose source cannot be read", "a function", remedy) from error


def _names_from_outside(source: str) -> set[str]:
    """Return the names that a function takes from around it: no arguments, and nothing that it defines itself."""
    return _global_names(symtable.symtable(ast.unparse(_Bare().visit(ast.parse(source))), "<answer>", "exec"))


class _Bare(ast.NodeTransformer):
    """The same code without annotations."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.arg(node.arg)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        value = ast.Constant(None) if node.value is None else self.visit(node.value)
        return ast.Assign([node.target], value, lineno=node.lineno)


def _global_names(table: symtable.SymbolTable) -> set[str]:
    module = table.get_type() == "module"
    own = {one.get_name() for one in table.get_symbols() if one.is_referenced() and (module or one.is_global())}
    return own.union(*map(_global_names, table.get_children()))
