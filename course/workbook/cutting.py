"""Starters and solutions, cut from the source of the course when they are needed, so that they cannot drift.

The cut works on text, so that comments and layout survive; the syntax tree only says where to cut.
"""

import ast
import builtins
import re
from dataclasses import dataclass
from functools import cache

from course.workbook.exercise import FOLDER, Exercise, Target

TO_WRITE = 'raise NotImplementedError("write this part")'
ABOUT_PULLBACK = re.compile(r"(,? (with|and) its pullback|; (?=d\w+ ->)|,? and the pullback)[^.;]*")
SENTENCE_ABOUT_PULLBACK = re.compile(r"(?<=[.:])\s+The pullback[^.]*\.(?=\s)")
ALWAYS_AT_HAND = {"np", "torch", "F"}
"""Imported where the module imports them, whether the course's own answer needs them or not."""


@dataclass(frozen=True)
class Module:
    """A module of the course as text and tree."""

    name: str
    text: str
    tree: ast.Module


@dataclass(frozen=True)
class Piece:
    """A function as text, and the text of what the learner sees of it."""

    solution: str
    starter: str


@cache
def solution_source(exercise: Exercise) -> str:
    """Return the complete answer: the course's own functions with the imports they need."""
    pieces = [piece_of(target).solution for target in exercise.targets]
    return _file(exercise, pieces, withheld=frozenset())


def starter_source(exercise: Exercise) -> str:
    """Return the file that a learner begins with.

    It imports what the answer uses of other modules and what the kept lines use; private functions of the same
    module that only the cut part calls would give the answer away.
    """
    if exercise.bug is not None:
        from course.workbook.content import misconceptions

        bug = next(one for one in misconceptions(exercise) if one.name == exercise.bug)
        return bug.applied_to(solution_source(exercise))
    pieces = [piece_of(target) for target in exercise.targets]
    kept = frozenset().union(*(_names(ast.parse(piece.starter)) for piece in pieces))
    used = frozenset().union(*(_names(ast.parse(piece.solution)) for piece in pieces))
    withheld = frozenset(name for name in used - kept if name.startswith("_"))
    return _file(exercise, [piece.starter for piece in pieces], withheld, used)


@cache
def piece_of(target: Target) -> Piece:
    """Cut one function."""
    function = _source_of(target)
    if target.cut == "value":
        function = _value_alone(function)
    if target.cut == "bug":
        return Piece(function, function)
    cut = _without_pullback_body if target.cut == "pullback" else _without_body
    return Piece(function, cut(function))


def _file(exercise: Exercise, pieces: list[str], withheld: frozenset[str], used: frozenset[str] = frozenset()) -> str:
    text = "\n\n\n".join(pieces)
    own = {target.name for target in exercise.targets}
    needed = (_names(ast.parse(text)) | used | ALWAYS_AT_HAND) - own - withheld - set(dir(builtins))
    modules = [_module(name) for name in dict.fromkeys(target.module for target in exercise.targets)]
    lines = sorted({line for module in modules for line in _imports(module, needed)}, key=_import_order)
    head = f'"""Exercise {exercise.number}: {exercise.title}.\n\n'
    head += f"The task: exercises/{exercise.slug}/README.md\n"
    head += f'Check your answer: vae check {exercise.number}      A hint: vae hint {exercise.number}\n"""\n'
    return "\n".join([head, *_in_groups(lines), "", "", text, ""])


def is_untouched(exercise: Exercise, text: str) -> bool:
    """Whether a learner's file is still the starter, but for layout, comments and docstrings."""
    try:
        return _code(text) == _code(starter_source(exercise))
    except (SyntaxError, ValueError):  # ValueError: bytes that are no text, in some versions of Python
        return False


def _code(text: str) -> str:
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef) and ast.get_docstring(node) is not None:
            del node.body[0]
    return ast.dump(tree)


def _imports(module: Module, needed: set[str] | frozenset[str]) -> list[str]:
    """Return the lines that bind the needed names of a module's top level elsewhere."""
    lines = []
    for node in module.tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                if (alias.asname or alias.name).split(".")[0] in needed:
                    lines.append(_import_line(node, alias))
        else:
            lines += [f"from {module.name} import {name}" for name in _bound(node) if name in needed]
    return lines


def _import_line(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> str:
    origin = f"from {node.module} " if isinstance(node, ast.ImportFrom) else ""
    return f"{origin}import {alias.name}" + (f" as {alias.asname}" if alias.asname else "")


def _bound(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _import_order(line: str) -> tuple[int, str, str]:
    root = line.split()[1].split(".")[0]
    group = 2 if _in_course(root) else 0 if root in _STANDARD else 1
    return group, line.split()[1].lower(), line


_STANDARD = ("collections", "dataclasses", "enum", "functools", "itertools", "math", "types", "typing")


def _in_course(root: str) -> bool:
    return root in ("common", "numpy_impl", "pytorch_lowlevel", "paper", "course")


def _in_groups(lines: list[str]) -> list[str]:
    """Put an empty line between the groups, and gather what comes from one module into one line."""
    gathered: dict[tuple[int, str], list[str]] = {}
    for line in lines:
        origin, _, name = line.partition(" import ")
        key = (_import_order(line)[0], origin if name else line)
        gathered.setdefault(key, []).append(name)
    text, group = [], None
    for (number, origin), names in gathered.items():
        if group not in (None, number):
            text.append("")
        group = number
        text.append(f"{origin} import {', '.join(names)}" if names != [""] else origin)
    return text


def _source_of(target: Target) -> str:
    module = _module(target.module)
    for node in module.tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == target.name:
            return _lines(module.text, node.lineno, node.end_lineno or node.lineno)
    raise LookupError(f"{target.module} has no function {target.name}")


@cache
def _module(name: str) -> Module:
    # not by find_spec, which imports the package around the module, and with it NumPy or torch
    path = FOLDER.parent.joinpath(*name.split(".")).with_suffix(".py")
    if not path.is_file():
        raise LookupError(f"the course has no module {name}")
    text = path.read_text(encoding="utf-8")
    return Module(name, text, ast.parse(text))


def _without_body(function: str) -> str:
    node = _function(function)
    head = _lines(function, 1, _first_line_of_body(node) - 1)
    return f"{head}\n    {TO_WRITE}"


def _without_pullback_body(function: str) -> str:
    """Empty the nested function `pullback`, and keep all lines around it."""
    node = _pullback(_function(function))
    lines = function.splitlines()
    first = node.body[0].lineno
    while lines[first - 2].lstrip().startswith("#"):  # comments above the first statement belong to the answer
        first -= 1
    body = [" " * node.body[0].col_offset + TO_WRITE]
    return "\n".join(lines[: first - 1] + body + lines[node.end_lineno :])


def _value_alone(function: str) -> str:
    """Turn a function that returns (value, pullback) into one that returns the value."""
    node, pullback = _function(function), _pullback(_function(function))
    lines = function.splitlines()
    start, end = pullback.lineno - 1, pullback.end_lineno or pullback.lineno
    while end < len(lines) and not lines[end].strip():
        end += 1
    returned = node.body[-1]
    assert isinstance(returned, ast.Return)
    assert isinstance(returned.value, ast.Tuple)
    value = ", ".join(ast.get_source_segment(function, part) or "" for part in returned.value.elts[:-1])
    before, after = "\n".join(lines[:start]).rstrip(), lines[end : returned.lineno - 1]
    text = "\n".join([before, *after, f"    return {value}"])
    return _describe_value(text)


def _describe_value(function: str) -> str:
    """Take the pullback out of the return annotation and the docstring."""
    node = _function(function)
    annotation = node.returns
    assert isinstance(annotation, ast.Subscript)
    assert isinstance(annotation.slice, ast.Tuple)
    whole, value = (ast.get_source_segment(function, part) or "" for part in (annotation, annotation.slice.elts[0]))
    text = function.replace(f"-> {whole}", f"-> {value}")
    docstring = ast.get_source_segment(function, node.body[0]) or ""
    shorter = SENTENCE_ABOUT_PULLBACK.sub("", ABOUT_PULLBACK.sub("", docstring))
    return text.replace(docstring, re.sub(r"\s+\"\"\"$", '\n    """' if "\n\n" in shorter else '"""', shorter))


def _first_line_of_body(node: ast.FunctionDef) -> int:
    return (node.body[0].end_lineno or 0) + 1 if ast.get_docstring(node) else node.body[0].lineno


def _function(text: str) -> ast.FunctionDef:
    node = ast.parse(text).body[0]
    assert isinstance(node, ast.FunctionDef)
    return node


def _pullback(function: ast.FunctionDef) -> ast.FunctionDef:
    for node in function.body:
        if isinstance(node, ast.FunctionDef) and node.name == "pullback":
            return node
    raise LookupError(f"{function.name} has no nested function pullback")


def _names(tree: ast.AST) -> frozenset[str]:
    return frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))


def _lines(text: str, first: int, last: int) -> str:
    return "\n".join(text.splitlines()[first - 1 : last])
