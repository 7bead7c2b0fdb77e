"""The two errors of the course, each with a message that says what to do."""


class InvalidArgument(ValueError):  # noqa: N818 - named for what the caller did
    """An argument is not usable; the command line exits with code 2."""

    def __init__(self, argument: str, given: object, expected: str, remedy: str = "") -> None:
        super().__init__(_sentence(f"{argument}: got {given}, expected {expected}.", remedy))
        self.argument, self.given, self.expected, self.remedy = argument, given, expected, remedy

    def renamed(self, argument: str) -> "InvalidArgument":
        """Return the same refusal of an argument that the caller knows by another name."""
        return InvalidArgument(argument, self.given, self.expected, self.remedy)


class OperationFailed(RuntimeError):  # noqa: N818 - named for what happened
    """Something outside the arguments went wrong (a file, a download, a run); exit code 1."""

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(_sentence(what, remedy))


def in_a_line(error: Exception) -> str:
    """Return what an error says in one line, or its kind where it says nothing."""
    return " ".join(str(error).split()) or type(error).__name__


def _sentence(what: str, remedy: str) -> str:
    return f"{what} {remedy}".strip()
