"""The course's own source in a notebook, never a second copy of it."""

import ast
import importlib
import inspect
import sys
import textwrap
from pathlib import Path
from types import ModuleType
from typing import Any

from common.errors import InvalidArgument
from course.lesson.showing import show

ROOT = Path(__file__).parents[2]
PACKAGES = ("common", "numpy_impl", "pytorch_lowlevel", "paper", "course")


def source(what: Any) -> None:
    """Show the source of a function, a class or a module of the course, with highlighting and a link to the file.

    What has no source of its own, such as a constant, is named: ``source("common.plots.style:PALETTE")``.

    Raises
    ------
    InvalidArgument
        If it is not of the course, or cannot be found.
    """
    path, first, text = located(what)
    last = first + len(text.splitlines()) - 1
    place = f"line {first}" if first == last else f"lines {first} to {last}"
    show({"text/markdown": f"[{path}](../{path}), {place}\n\n```python\n{text.rstrip()}\n```"}, f"{path}, {place}")


def located(what: Any) -> tuple[str, int, str]:
    """Return the file below the root of the course, the first line, and the text.

    Raises
    ------
    InvalidArgument
        If it is not of the course, or cannot be found.
    """
    try:
        path, first, text = _named(what) if isinstance(what, str) else _inspected(what)
        place = path.resolve().relative_to(ROOT.resolve())
        if place.parts[0] not in PACKAGES:
            raise LookupError(place)
        return place.as_posix(), first, text
    except (TypeError, OSError, ValueError, ImportError, LookupError) as error:
        remedy = 'Give a function, a class or a module, or a name such as "numpy_impl.vae:loss".'
        raise InvalidArgument("what", repr(what), "something that this course defines", remedy) from error


def _inspected(what: Any) -> tuple[Path, int, str]:
    original = inspect.unwrap(what) if callable(what) else what
    lines, first = inspect.getsourcelines(original)
    return Path(inspect.getsourcefile(original) or ""), max(first, 1), textwrap.dedent("".join(lines))


def _named(name: str) -> tuple[Path, int, str]:
    module_name, _, attribute = name.partition(":")
    module = sys.modules.get(module_name) or importlib.import_module(module_name)
    if not attribute:
        return _inspected(module)
    path = _file(module)
    text = path.read_text(encoding="utf-8")
    for node in ast.parse(text).body:
        if attribute in _names_bound_by(node):
            first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", []))])
            return path, first, "\n".join(text.splitlines()[first - 1 : node.end_lineno])
    raise LookupError(name)


def _file(module: ModuleType) -> Path:
    if module.__file__ is None:
        raise LookupError(module.__name__)
    return Path(module.__file__)


def _names_bound_by(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)]
