"""A notebook asks what will come out before it shows it."""

from collections.abc import Iterator

from course.authoring.publishing.page import Page

QUESTION = "**Predict, then run.**"
FOLD = ("<details>", "<summary>Answer</summary>", "</details>")
LEAST = 3


def there_is_something_to_predict(page: Page) -> Iterator[str]:
    """Count the questions, and look for their folded answers."""
    asking = [text for text in page.texts if QUESTION in text]
    count = sum(text.count(QUESTION) for text in asking)
    if count < LEAST:
        yield f'There must be {LEAST} questions that begin with "{QUESTION}" at least, not {count}.'
    for text in asking:
        if any(text.count(part) < text.count(QUESTION) for part in FOLD):
            question = text.partition(QUESTION)[2].strip().split("\n")[0]
            yield f'The answer to "{question}" must be folded away in the same cell: {FOLD[0]}{FOLD[1]} ... {FOLD[2]}'
