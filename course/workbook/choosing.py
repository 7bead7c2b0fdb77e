"""Which exercise a learner means: by its number, its name or its file, or as the one saved last or to come."""

from contextlib import suppress
from pathlib import Path

from common.errors import InvalidArgument
from course.workbook.answers import short, solution_file
from course.workbook.exercise import FOLDER, Exercise, exercise_of, find, number_of, similar, slugs
from course.workbook.progress import Entry, next_exercise, read_progress


def latest(folder: Path) -> Exercise:
    """Return the exercise whose file was saved last.

    Raises
    ------
    InvalidArgument
        If no exercise has a file yet, or the file saved last belongs to none.
    """
    files = {solution_file(slug, folder): slug for slug in slugs()}
    saved = [path for path in files if path.is_file()] + strays(folder)
    if not saved:
        raise InvalidArgument("exercise", "none", "the number of one", "Nothing is begun yet: vae start")
    newest = max(saved, key=saved_at)
    if newest not in files:
        raise _belongs_to_none(newest)
    return exercise_of(files[newest])


def named_or_latest(name: str | None, folder: Path) -> Exercise:
    """Return the exercise that a learner names by number, name or file; without a name that of the file saved last.

    Raises
    ------
    InvalidArgument
        If there is no such exercise, or the name is that of a file which is no answer in ``folder``.
    """
    if name is None:
        return latest(folder)
    file = Path(name)
    if not (file.is_file() and _is_python(file)):
        return find(name)
    beside = (slug for slug in slugs() if FOLDER / slug == file.resolve().parent)
    owner = _owner(file, folder) or next(beside, None)
    if owner is not None:
        return exercise_of(owner)
    if file.stem not in slugs() or file.resolve().parent == folder.resolve():
        raise _belongs_to_none(file)
    remedy = f'To check a file in another folder: vae check {number_of(file.stem)} --solutions "{file.parent}"'
    raise InvalidArgument("exercise", name, f"your answer, {short(solution_file(file.stem, folder))}", remedy)


def coming(name: str | None, folder: Path) -> Exercise | None:
    """Return what comes after an exercise, without a name after the one saved last if that has passed; None at the end.

    Raises
    ------
    InvalidArgument
        If there is no exercise of this name.
    """
    entries, after = read_progress(folder), None
    if name is not None:
        after = named_or_latest(name, folder)
    else:
        with suppress(InvalidArgument):  # nothing is begun yet
            last = latest(folder)
            after = last if entries.get(last.slug, Entry()).passed_on else None
    return next_exercise(entries, after)


def strays(folder: Path) -> list[Path]:
    """Return the files among the answers that no exercise owns, such as ``02_my_kl.py``."""
    there = sorted(folder.iterdir()) if folder.is_dir() else []
    visible = (path for path in there if _is_python(path) and not path.name.startswith("."))
    return [path for path in visible if _owner(path, folder) is None]


def about_stray(path: Path) -> str:
    """Say that a file belongs to no exercise, and what to do."""
    likely = similar(path.name, slugs()) or slugs()[0]
    return (
        f"{short(path)} belongs to no exercise and was not checked. "
        f"An answer has the name of its exercise, as in {likely}.py: rename it, or put the answer there."
    )


def _belongs_to_none(path: Path) -> InvalidArgument:
    likely = similar(path.name, slugs()) or slugs()[0]
    remedy = f"Rename it, or say which exercise you mean by its number: {number_of(likely)}."
    given = f"{short(path)}, which belongs to no exercise"
    return InvalidArgument("exercise", given, f"a file with the name of its exercise, as in {likely}.py", remedy)


def _owner(path: Path, folder: Path) -> str | None:
    """Return the name of the exercise whose answer a file is; where capitals do not count, they may differ."""
    for slug in slugs():
        own = solution_file(slug, folder)
        if path == own or (slug == path.stem.casefold() and own.is_file() and own.samefile(path)):
            return slug
    return None


def _is_python(path: Path) -> bool:
    """Whether it is a file of Python, or was meant to be: some editors hide the ending that they add."""
    return path.name.casefold().endswith((".py", ".py.txt"))


def saved_at(path: Path) -> int:
    """Return when a file was saved, in nanoseconds; 0 if it is not there."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
