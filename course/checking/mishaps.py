"""What the learner is told when their code raises: their own line, and no line of the checker."""

import traceback

from course.checking.verdict import ERROR, Verdict

LONGEST = 400


def error_verdict(slug: str, part: str, error: BaseException, path: str, situation: str = "") -> Verdict:
    """Return the verdict on an answer that raised; ``situation`` if it did so on special inputs alone."""
    where = _where(error, path)
    if part and path and not where:
        sentence = f"What `{part}` returned cannot be used: {_what(error)}. See what its docstring promises."
        return Verdict(slug, ERROR, sentence, "return value")
    special = f"On ordinary inputs it is right. {situation[:1].upper()}{situation[1:]}, " if situation else ""
    about = f"{special}`{part}` raised" if part else "Your file raised"
    return Verdict(slug, ERROR, f"{about} {_what(error)}{where or '.'}", _name(error))


def syntax_verdict(slug: str, error: SyntaxError) -> Verdict:
    """Return the verdict on a file that Python cannot read."""
    line = (error.text or "").rstrip()
    return Verdict(slug, ERROR, f"Python cannot read line {error.lineno}: {error.msg}.\n    {line}", "syntax error")


def _name(error: BaseException) -> str:
    names: dict[type[BaseException], str] = {
        SystemExit: "exit called",
        MemoryError: "out of memory",
        RecursionError: "endless recursion",
        ImportError: "import error",
        NameError: "unknown name",
    }
    kinds = [name for kind, name in names.items() if isinstance(error, kind)]
    return (kinds or [_torch_out_of_memory(error) or type(error).__name__])[0]


def _torch_out_of_memory(error: BaseException) -> str:
    return "out of memory" if "allocate memory" in str(error) else ""


def _what(error: BaseException) -> str:
    if isinstance(error, SystemExit):
        return "SystemExit: it ends the program (sys.exit, exit or quit). Return a value instead"
    if isinstance(error, MemoryError) or _torch_out_of_memory(error):
        return f"{type(error).__name__}: it asks for more memory than a check may use ({_short(str(error))})"
    if isinstance(error, RecursionError):
        return "RecursionError: a function calls itself without end"
    text = _short(str(error)).rstrip(".")
    return type(error).__name__ + (f": {text}" if text else "")


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST] + " ..."


def _where(error: BaseException, path: str) -> str:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
    if not frames:
        return ""
    return f"\n    in line {frames[-1].lineno}: {frames[-1].line}"
