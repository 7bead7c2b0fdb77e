"""Lists of the exercises, and the head of each one's page, made from the manifests."""

from collections.abc import Iterator
from itertools import pairwise

from course.authoring.markdown import in_words, table
from course.authoring.notebooks import link_to_section, notebook_of
from course.authoring.part import Part
from course.lab.notebooks import ROOT
from course.workbook.exercise import PARTS, Exercise, Target, exercises

FOLDER = ROOT / "exercises"
WHAT_A_PART_IS = {
    "core": "the VAE, from its bound to its pictures",
    "variants": "more models, as in papers",
    "applications": "what VAEs are used for",
}
CUTS = {"body": "{}", "value": "{}", "pullback": "the pullback of {}", "bug": "a repair of {}"}


def parts() -> Iterator[Part]:
    """Yield the lists in README.md and exercises/README.md, and all heads."""
    yield Part(ROOT / "README.md", "exercises", parts_table("exercises/"))
    yield Part(FOLDER / "README.md", "count", counted())
    yield Part(FOLDER / "README.md", "exercises", "\n\n".join(_section(part) for part in there()))
    for before, exercise, after in _with_neighbours():
        yield Part(exercise.folder / "README.md", "head", head(exercise, before, after))


def there() -> list[str]:
    """Return the parts that have exercises, in their order."""
    return [part for part in PARTS if of_part(part)]


def of_part(part: str) -> list[Exercise]:
    """Return the exercises of a part."""
    return [one for one in exercises() if one.part == part]


def hours(of: list[Exercise]) -> int:
    """Return about how many hours exercises take."""
    return round(sum(one.minutes for one in of) / 60)


def counted() -> str:
    """Return how many there are, and which of them need PyTorch."""
    torch = in_words([one.number for one in exercises() if one.torch])
    return (
        f"{len(exercises())} exercises, about {hours(list(exercises()))} hours in all. {torch} use PyTorch, the others "
        "NumPy alone. Difficulty runs from 1 to 3."
    )


def parts_table(prefix: str) -> str:
    """Return a row for each part."""
    rows = [
        (f"[{part}]({prefix}README.md#{part})", WHAT_A_PART_IS[part], len(of_part(part)), hours(of_part(part)))
        for part in there()
    ]
    return table(("part", "about", ">exercises", ">hours"), rows)


def head(exercise: Exercise, before: Exercise | None, after: Exercise | None) -> str:
    """Return what stands above a task: time, difficulty, what it builds on, where it is derived, its neighbours."""
    by_number = {one.number: one for one in exercises()}
    lines = [f"{exercise.minutes} minutes, difficulty {exercise.difficulty} of 3, part: {exercise.part}."]
    if exercise.prerequisites:
        lines.append(f"Builds on {in_words([_link(by_number[number]) for number in exercise.prerequisites])}.")
    lines.append(f"Derived in {link_to_section(notebook_of(exercise.notebook), exercise.section, '../../')}.")
    neighbours = (("Previous", before), ("Next", after))
    lines.append(" ".join(f"{name}: {_link(one)}." for name, one in neighbours if one))
    return "  \n".join(lines)


def what_you_write(targets: tuple[Target, ...]) -> str:
    """Return the functions that a learner writes, in code marks."""
    names = ", ".join(f"`{target.name}`" for target in targets)
    words = CUTS[targets[0].cut].format(names)
    return words.replace("pullback of", "pullbacks of") if len(targets) > 1 else words


def _section(part: str) -> str:
    rows = [
        (
            one.number,
            f"[{one.title}]({one.slug}/README.md)",
            what_you_write(one.targets),
            one.minutes,
            one.difficulty,
            ", ".join(one.prerequisites),
        )
        for one in of_part(part)
    ]
    listed = table(("", "exercise", "you write", ">minutes", ">difficulty", "builds on"), rows)
    return (
        f"### {part}\n\n{len(rows)} exercises, about {hours(of_part(part))} hours: {WHAT_A_PART_IS[part]}.\n\n{listed}"
    )


def _with_neighbours() -> Iterator[tuple[Exercise | None, Exercise, Exercise | None]]:
    row = [None, *exercises(), None]
    for (before, exercise), (_, after) in pairwise(pairwise(row)):
        assert exercise is not None
        yield before, exercise, after


def _link(exercise: Exercise) -> str:
    return f"[{exercise.number} {exercise.title}](../{exercise.slug}/README.md)"
