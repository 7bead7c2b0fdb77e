"""What only draws or checks is folded away, so that the code stands out that is to be read."""

import ast
from collections.abc import Iterator

from course.authoring.publishing.page import Page
from course.authoring.publishing.reading import FOLD, is_folded, statements_of

SHOWS = {"figure", "slider", "animation"}
DRAWS = SHOWS | {"style", "blank"}
FOLDED = f'tags=["{FOLD}"]'
PLOTS = ("common.plots", "matplotlib")
FOR_LEARNERS = {"print", "check", "source", "NotImplementedError"}


def drawing_is_folded(page: Page) -> Iterator[str]:
    """Refuse open cells that draw, or only check; and folded ones with what a learner reads or writes."""
    for cell in page.code:
        statements = statements_of(cell)
        first = cell.source.partition("\n")[0]
        if is_folded(cell):
            yield from _amiss(statements, first)
        elif any(map(draws, statements)):
            yield f'The cell that begins with "{first}" draws: put what draws in a cell of its own, # %% {FOLDED}'
        elif statements and all(map(checks, statements)):
            yield f'The cell that begins with "{first}" only checks: # %% {FOLDED}'


def _amiss(statements: list[ast.stmt], first: str) -> Iterator[str]:
    if not first.startswith("# "):
        yield f'The cell that begins with "{first}" is folded: its first line, all that is seen, must say what it is.'
    for name in sorted(FOR_LEARNERS & {name for one in statements for name in _called(one)}):
        yield f'The cell that begins with "{first}" is folded, and has {name}, which a learner must see.'


def draws(statement: ast.stmt) -> bool:
    """Whether a statement shows a picture, defines how one is drawn, or imports what does."""
    if isinstance(statement, ast.ImportFrom):
        module = statement.module or ""
        names = {alias.name for alias in statement.names}
        return module.startswith(PLOTS) or (module == "common" and names == {"plots"})
    return bool(DRAWS & set(_called(statement)))


def checks(statement: ast.stmt) -> bool:
    """Whether a statement asserts something and does nothing else."""
    inside = getattr(statement, "body", None)
    if isinstance(statement, ast.For | ast.With) and inside:
        return any(map(checks, inside)) and all(checks(one) or isinstance(one, ast.Assign) for one in inside)
    return isinstance(statement, ast.Assert)


def _called(statement: ast.stmt) -> Iterator[str]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id
