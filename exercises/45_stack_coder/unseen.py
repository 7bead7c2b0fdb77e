"""Wrong answers to exercise 45 by someone who had not read the list."""

from common.errors import InvalidArgument, OperationFailed
from paper.bits_back.stack import LEAST, PRECISION, TOTAL, WORD


class BorderWithoutEquals:
    """A head exactly at the border gives no word."""

    @staticmethod
    def push(stack, start, frequency):
        if not (frequency > 0 and 0 <= start <= TOTAL - frequency):
            raise InvalidArgument("start, frequency", (start, frequency), "a piece")
        if stack.head > frequency << 2 * WORD - PRECISION:
            stack.words.append(stack.head % LEAST)
            stack.head //= LEAST
        quotient, rest = divmod(stack.head, frequency)
        stack.head = quotient * TOTAL + start + rest


class OneNumberTooMany:
    """The last number of a piece belongs to the next."""

    @staticmethod
    def pop(stack, start, frequency):
        quotient, within = divmod(stack.head, TOTAL)
        if not start <= within <= start + frequency:
            raise InvalidArgument("start, frequency", (start, frequency), "the piece")
        head = quotient * frequency + within - start
        if head < LEAST:
            if not stack.words:
                raise OperationFailed("the stack is empty.", "Begin with more random words.")
            head = head * LEAST + stack.words.pop()
        stack.head = head


class ChangedBeforeRefused:
    """The head is changed before it is known whether a word is left."""

    @staticmethod
    def pop(stack, start, frequency):
        quotient, within = divmod(stack.head, TOTAL)
        if not start <= within < start + frequency:
            raise InvalidArgument("start, frequency", (start, frequency), "the piece")
        head = quotient * frequency + within - start
        stack.head = head
        if head < LEAST:
            if not stack.words:
                raise OperationFailed("the stack is empty.", "Begin with more random words.")
            head = head * LEAST + stack.words.pop()
        stack.head = head


class LastPieceRefused:
    """A piece that ends with TOTAL is refused."""

    @staticmethod
    def push(stack, start, frequency):
        if not (frequency > 0 and 0 <= start < TOTAL - frequency):
            raise InvalidArgument("start, frequency", (start, frequency), "a piece")
        if stack.head >= frequency << 2 * WORD - PRECISION:
            stack.words.append(stack.head % LEAST)
            stack.head //= LEAST
        quotient, rest = divmod(stack.head, frequency)
        stack.head = quotient * TOTAL + start + rest


class WordsAtTheBottom:
    """Words go to the bottom."""

    @staticmethod
    def push(stack, start, frequency):
        if not (frequency > 0 and 0 <= start <= TOTAL - frequency):
            raise InvalidArgument("start, frequency", (start, frequency), "a piece")
        if stack.head >= frequency << 2 * WORD - PRECISION:
            stack.words.insert(0, stack.head % LEAST)
            stack.head //= LEAST
        quotient, rest = divmod(stack.head, frequency)
        stack.head = quotient * TOTAL + start + rest

    @staticmethod
    def pop(stack, start, frequency):
        quotient, within = divmod(stack.head, TOTAL)
        if not start <= within < start + frequency:
            raise InvalidArgument("start, frequency", (start, frequency), "the piece")
        head = quotient * frequency + within - start
        if head < LEAST:
            if not stack.words:
                raise OperationFailed("the stack is empty.", "Begin with more random words.")
            head = head * LEAST + stack.words.pop(0)
        stack.head = head


class FloatQuotient:
    """The quotient is computed with floats."""

    @staticmethod
    def push(stack, start, frequency):
        if not (frequency > 0 and 0 <= start <= TOTAL - frequency):
            raise InvalidArgument("start, frequency", (start, frequency), "a piece")
        if stack.head >= frequency << 2 * WORD - PRECISION:
            stack.words.append(stack.head % LEAST)
            stack.head //= LEAST
        quotient, rest = (int(stack.head / frequency), stack.head % frequency)
        stack.head = quotient * TOTAL + start + rest


class NegativeStart:
    """A negative start is taken."""

    @staticmethod
    def push(stack, start, frequency):
        if not (frequency > 0 and start <= TOTAL - frequency):
            raise InvalidArgument("start, frequency", (start, frequency), "a piece")
        if stack.head >= frequency << 2 * WORD - PRECISION:
            stack.words.append(stack.head % LEAST)
            stack.head //= LEAST
        quotient, rest = divmod(stack.head, frequency)
        stack.head = quotient * TOTAL + start + rest


class BorderWithEquals:
    """A head of exactly LEAST takes a word in."""

    @staticmethod
    def pop(stack, start, frequency):
        quotient, within = divmod(stack.head, TOTAL)
        if not start <= within < start + frequency:
            raise InvalidArgument("start, frequency", (start, frequency), "the piece")
        head = quotient * frequency + within - start
        if head <= LEAST:
            if not stack.words:
                raise OperationFailed("the stack is empty.", "Begin with more random words.")
            head = head * LEAST + stack.words.pop()
        stack.head = head


class EmptyListRaises:
    """An empty stack raises IndexError."""

    @staticmethod
    def pop(stack, start, frequency):
        quotient, within = divmod(stack.head, TOTAL)
        if not start <= within < start + frequency:
            raise InvalidArgument("start, frequency", (start, frequency), "the piece")
        head = quotient * frequency + within - start
        if head < LEAST:
            head = head * LEAST + stack.words.pop()
        stack.head = head
