"""Wrong answers to exercise 53."""

from course.workbook.content import Misconception

FORMS = "forms = [form for one in written if (form := canonical(one)) is not None]"
UNIQUE = "unique = set(forms)"
NOVEL = "novel = unique - {canonical(one) for one in training}"
VALID_OF = "(len(forms), len(written))"
UNIQUE_OF = "(len(unique), len(forms))"
NOVEL_OF = "(len(novel), len(unique))"
RETURN = "return Shares(*(some / whole if whole else 0.0 for some, whole in counts))"

MISCONCEPTIONS = (
    Misconception(
        "spellings for forms",
        ((FORMS, "forms = [one for one in written if canonical(one) is not None]"),),
        "You asked canonical which strings are valid, and then went on with the strings as they are spelt. Two "
        "spellings of one molecule are one molecule: compare forms.",
    ),
    Misconception(
        "spellings counted for unique alone",
        ((UNIQUE_OF, "(len({one for one in written if canonical(one) is not None}), len(forms))"),),
        "Your unique counts different spellings. It counts different forms.",
    ),
    Misconception(
        "training strings as they are spelt",
        ((NOVEL, "novel = unique - set(training)"),),
        "You compared forms with the spellings of the training strings. Bring these into canonical form too, or "
        "what is known under another spelling counts as new.",
    ),
    Misconception(
        "novelty by spelling",
        ((NOVEL, "novel = {canonical(one) for one in written if one not in training} - {None}"),),
        "You looked for each written spelling among the training strings. A new spelling of a known molecule is "
        "not new.",
    ),
    Misconception(
        "novel of all written",
        ((NOVEL_OF, "(len(novel), len(written))"),),
        "Novel is a part of the unique forms. You divided by all written strings.",
    ),
    Misconception(
        "novel of the valid",
        ((NOVEL_OF, "(len(novel), len(forms))"),),
        "Novel is a part of the unique forms. You divided by the number of valid strings, repeats included.",
    ),
    Misconception(
        "repeats counted as novel",
        (
            (
                NOVEL,
                "known = {canonical(one) for one in training}\n    novel = [form for form in forms if form not in "
                "known]",
            ),
            (NOVEL_OF, "(len(novel), len(forms))"),
        ),
        "You counted novelty string by string. A new molecule that is written ten times is one new molecule: count the "
        "different forms.",
    ),
    Misconception(
        "unique of all written",
        ((UNIQUE_OF, "(len(unique), len(written))"),),
        "Unique is a part of the valid strings. You divided by all written ones, so invalid strings lower it as well.",
    ),
    Misconception(
        "nothing as a form",
        ((FORMS, "forms = [canonical(one) for one in written]"),),
        "You kept the None of strings that spell nothing, so that all strings are valid and None is a molecule.",
    ),
    Misconception(
        "empty form taken for none",
        ((FORMS, "forms = [form for one in written if (form := canonical(one))]"),),
        "You asked whether the form is true, and the empty string is not. Invalid is what has no form: compare "
        "with None.",
    ),
    Misconception(
        "known for novel",
        ((NOVEL, "novel = unique & {canonical(one) for one in training}"),),
        "You counted the forms that the training strings have. Novel are the others.",
    ),
    Misconception(
        "repeats for unique",
        ((UNIQUE_OF, "(len(forms) - len(unique), len(forms))"),),
        "You returned the part of the valid strings that repeat others. Unique is the part that is left without them.",
    ),
    Misconception(
        "invalid for valid",
        ((VALID_OF, "(len(written) - len(forms), len(written))"),),
        "You returned the part that spells nothing. Valid is the part that spells something.",
    ),
    Misconception(
        "per cent",
        ((RETURN, "return Shares(*(100 * some / whole if whole else 0.0 for some, whole in counts))"),),
        "You returned percentages. What is asked for are parts of 1.",
    ),
    Misconception(
        "nothing of nothing as everything",
        ((RETURN, RETURN.replace("else 0.0", "else 1.0")),),
        "A part of nothing is 0: a generator without a valid string has no unique and no novel ones.",
    ),
    Misconception(
        "forms that occur once",
        ((UNIQUE, "unique = {form for form in forms if forms.count(form) == 1}"),),
        "You counted only the forms that were written once. A form that was written twice is still one form.",
    ),
    Misconception(
        "novel of the training strings",
        ((NOVEL_OF, "(len(novel), len(training))"),),
        "You divided by the number of training strings. Novel is a part of the unique forms.",
    ),
    Misconception(
        "valid of the different strings",
        ((VALID_OF, "(len(forms), len(set(written)))"),),
        "You divided by the number of different strings. Valid is a part of all that were written.",
    ),
    Misconception(
        "valid without repeats",
        ((VALID_OF, "(len(unique), len(written))"),),
        "You counted a valid string once, however often it was written. Valid counts strings; unique takes care of "
        "repeats.",
    ),
    Misconception(
        "valid strings alone that are novel",
        ((FORMS, FORMS.replace("is not None]", "is not None and one not in training]")),),
        "You left the strings of the training set out from the start. They are valid, and may be unique; only the last "
        "part asks whether they are known.",
    ),
)
