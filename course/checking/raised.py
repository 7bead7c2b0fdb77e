"""What the learner is told when their code raises, or cannot be read: their own line, and no line of the checker."""

import ast
import builtins
import re
import traceback
from bdb import BdbQuit
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path

from course.checking.verdict import ERROR, Verdict
from course.workbook.answers import short
from course.workbook.cutting import starter_source
from course.workbook.exercise import Exercise

LONGEST = 400
MARKS = {b"\xff\xfe\0\0": "UTF-32", b"\0\0\xfe\xff": "UTF-32", b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
DECLARED = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
"""A line by which a file says how it is saved (PEP 263)."""

IMPORTS = {
    "np": "import numpy as np",
    "numpy": "import numpy",
    "math": "import math",
    "torch": "import torch",
    "F": "import torch.nn.functional as F",
}
"""Lines that a learner may have forgotten, beside those of the starter."""


def error_verdict(
    exercise: Exercise, part: str, error: BaseException, path: str, situation: str = "", calls: Iterable[str] = ()
) -> Verdict:
    """Return the verdict on an answer that raised.

    ``situation`` says on which special inputs, if it did so on those alone; ``calls`` say what it was called with.
    """
    where = _where(error, path)
    if part and path and not where:
        sentence = f"What `{part}` returned cannot be used: {_what(error, exercise)}. See what its docstring promises."
        return Verdict(exercise.slug, ERROR, sentence, "return value")
    special = f"On ordinary inputs it is right. {situation[:1].upper()}{situation[1:]}, " if situation else ""
    subject = f"{special}`{part}`" if part else "Your file"
    told = _impossible_here(error, path) or f"raised {_what(error, exercise)}"
    sentence = f"{subject} {told}{where or '.'}" + "".join(f"\n    {call}" for call in calls)
    return Verdict(exercise.slug, ERROR, sentence, _name(error))


def syntax_verdict(exercise: Exercise, error: SyntaxError) -> Verdict:
    """Return the verdict on a file that Python cannot read."""
    where, line = f"line {error.lineno}" if error.lineno else "your file", (error.text or "").rstrip()
    sentence = f"Python cannot read {where}: {error.msg}.\n    {line}".rstrip()
    return Verdict(exercise.slug, ERROR, sentence, "syntax error")


def unreadable(source: bytes) -> str:
    """Say what is wrong with the encoding of a file, if it is none that Python reads."""
    for mark, name in MARKS.items():
        if source.startswith(mark):
            return f"Your file is saved as {name}, which Python cannot read. Save it as UTF-8."
    if b"\0" in source:
        line = source.count(b"\n", 0, source.index(b"\0")) + 1
        return f"Line {line} of your file has a zero byte, as in UTF-16 or in no text at all. Save it as UTF-8."
    declared = next(filter(None, map(DECLARED.match, source.splitlines()[:2])), None)
    encoding = declared[1].decode("ascii") if declared else "UTF-8"
    try:
        source.decode(encoding)
    except LookupError:
        return f"Your file says that it is saved as {encoding}, which Python does not know. Save it as UTF-8."
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        says = ", as it says in its first lines. Correct them, or save" if declared else ". Save"
        return f"Line {line} of your file has a letter that is not saved as {encoding}{says} it as UTF-8."
    return ""


def is_of_the_answer(error: BaseException, path: str) -> bool:
    """Whether the learner's code has to do with an error: it raised, or left no memory or too deep a stack."""
    return isinstance(error, MemoryError | RecursionError) or bool(_where(error, path))


def message(error: BaseException) -> str:
    """Return what an error says; what a learner's own kind of error does when it is asked is not relied on."""
    try:
        return str(error)
    except BaseException:
        return "its message cannot be read"


def _impossible_here(error: BaseException, path: str) -> str:
    """Say what cannot work in a process that nobody sees."""
    if isinstance(error, BdbQuit):
        return (
            "calls a debugger, which cannot talk to you here: the check runs in a process of its own. Use print; "
            f"or call your function at the end of the file, and run: python -m pdb {short(Path(path))}"
        )
    if isinstance(error, EOFError) and "reading a line" in message(error):
        return "asks for input, which nobody can give here: the check runs in a process of its own. Use its arguments"
    return ""


def _name(error: BaseException) -> str:
    names: dict[type[BaseException], str] = {
        SystemExit: "exit called",
        MemoryError: "out of memory",
        RecursionError: "endless recursion",
        ImportError: "import error",
        NameError: "unknown name",
        BdbQuit: "debugger called",
        EOFError: "input asked for",
    }
    kinds = [name for kind, name in names.items() if isinstance(error, kind)]
    return (kinds or [_torch_out_of_memory(error) or type(error).__name__])[0]


def _torch_out_of_memory(error: BaseException) -> str:
    return "out of memory" if "allocate memory" in message(error) else ""


def _what(error: BaseException, exercise: Exercise) -> str:
    if isinstance(error, SystemExit):
        return "SystemExit: it ends the program (sys.exit, exit or quit). Return a value instead"
    if isinstance(error, MemoryError) or _torch_out_of_memory(error):
        return f"{type(error).__name__}: it asks for more memory than a check may use ({_short(message(error))})"
    if isinstance(error, RecursionError):
        return "RecursionError: a function calls itself without end"
    text = _short(message(error)).rstrip(".")
    if isinstance(error, NameError | AttributeError) and not isinstance(error, UnboundLocalError):
        text += _remedy(error, exercise)
    return type(error).__name__ + (f": {text}" if text else "")


def _remedy(error: NameError | AttributeError, exercise: Exercise) -> str:
    """Say which import is missing, or which name may have been meant."""
    if isinstance(error, AttributeError):
        known = dir(error.obj)
    else:
        imports = IMPORTS | dict(_imports(starter_source(exercise)))
        if error.name in imports:
            return f". The line `{imports[error.name]}` is missing"
        frame = [frame for frame, _ in traceback.walk_tb(error.__traceback__)][-1]
        known = [*frame.f_locals, *frame.f_globals, *vars(builtins)]
    close = get_close_matches(error.name or "", known, n=1, cutoff=0.7)
    return f". Did you mean `{close[0]}`?" if close else ""


def _imports(source: str) -> Iterator[tuple[str, str]]:
    """Yield every name that a file imports, with the line that does so."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                alone = ast.Import([alias]) if isinstance(node, ast.Import) else ast.ImportFrom(node.module, [alias], 0)
                yield alias.asname or alias.name, ast.unparse(alone)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST] + " ..."


def _where(error: BaseException, path: str) -> str:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
    if not frames:
        return ""
    return f"\n    in line {frames[-1].lineno}: {frames[-1].line}"
