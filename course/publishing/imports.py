"""Which modules of the course a notebook uses: those it imports, those that they import, and so on."""

import ast
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from course.lesson.sources import PACKAGES
from course.publishing.lesson import ROOT


def used_modules(cells: Iterable[str], root: Path = ROOT) -> list[str]:
    """Return the names of the course's modules that code uses, directly or not, in alphabetical order.

    A text that is exactly the name of a module counts as an import: levels are opened by name.
    """
    found: set[str] = set()
    waiting = {name for cell in cells for name in _imported(_tree(cell), "", root)}
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= _imports_of(name, root) - found
    return sorted(found)


def fingerprint(modules: Iterable[str], root: Path = ROOT) -> str:
    """Return a hash of the text of modules."""
    digest = hashlib.sha256()
    for name in modules:
        path = _file(name, root)
        text = "" if path is None else path.read_text(encoding="utf-8")
        digest.update(f"{name}\0{text}\0".encode())
    return digest.hexdigest()


@cache
def _imports_of(name: str, root: Path) -> frozenset[str]:
    path = _file(name, root)
    assert path is not None
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    return frozenset(_imported(ast.parse(path.read_text(encoding="utf-8")), package, root))


def _tree(cell: str) -> ast.Module:
    """Parse a cell without the lines that are IPython's own."""
    return ast.parse("\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in cell.splitlines()))


def _imported(tree: ast.Module, package: str, root: Path) -> Iterator[str]:
    for node in ast.walk(tree):
        for name in _named(node, package):
            yield from _with_parents(name, root)


def _named(node: ast.AST, package: str) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        above = package.split(".")[: len(package.split(".")) + 1 - node.level] if node.level else []
        origin = ".".join([*above, *([node.module] if node.module else [])])
        return [origin, *(f"{origin}.{alias.name}" for alias in node.names)]
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value.partition(":")[0]]
    return []


def _with_parents(name: str, root: Path) -> list[str]:
    """Return a module of the course with the packages around it; nothing for other names."""
    if name.split(".")[0] not in PACKAGES or not all(part.isidentifier() for part in name.split(".")):
        return []
    parts = name.split(".")
    names = [".".join(parts[:length]) for length in range(1, len(parts) + 1)]
    return names if all(_file(one, root) for one in names) else []


@cache
def _file(name: str, root: Path) -> Path | None:
    path = root.joinpath(*name.split("."))
    choices = (path.with_suffix(".py"), path / "__init__.py")
    return next((one for one in choices if one.is_file()), None)
