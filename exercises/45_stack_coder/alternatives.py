"""Right answers to exercise 45 in other styles."""

from common.errors import InvalidArgument, OperationFailed
from paper.bits_back.stack import TOTAL, Stack


class ShiftsAndMasks:
    """Bits, without a division by a power of 2."""

    @staticmethod
    def push(stack, start, frequency):
        if frequency < 1 or start < 0 or start + frequency > 1 << 24:
            raise InvalidArgument("start", start, "a piece that fits")
        if stack.head >> 40 >= frequency:
            stack.words += [stack.head & 0xFFFFFFFF]
            stack.head >>= 32
        stack.head = (stack.head // frequency << 24) + stack.head % frequency + start

    @staticmethod
    def pop(stack, start, frequency):
        offset = (stack.head & 0xFFFFFF) - start
        if not 0 <= offset < frequency:
            raise InvalidArgument("start", start, "the symbol on top")
        head = frequency * (stack.head >> 24) + offset
        if not head >> 32:
            if len(stack.words) == 0:
                raise OperationFailed("no word is left.")
            head = head << 32 | stack.words.pop(-1)
        stack.head = head


class NewLists:
    """Lists are replaced, not changed."""

    @staticmethod
    def push(stack, start, frequency):
        if not 0 < frequency <= TOTAL - start <= TOTAL:
            raise InvalidArgument("frequency", frequency, "a piece that fits")
        head, words = stack.head, stack.words
        if head >= frequency * 2**40:
            head, word = divmod(head, 2**32)
            words = [*words, word]
        times, rest = divmod(head, frequency)
        stack.head, stack.words = times * 2**24 + start + rest, words

    @staticmethod
    def pop(stack, start, frequency):
        times, slot = divmod(stack.head, 2**24)
        if slot not in range(start, start + frequency):
            raise InvalidArgument("frequency", frequency, "the symbol on top")
        head, words = times * frequency + slot - start, stack.words
        if head < 2**32:
            if words == []:
                raise OperationFailed("no word is left.")
            *words, word = words
            head = head * 2**32 + word
        stack.head, stack.words = head, words


class Loops:
    """A loop gives words away while there is need, which is at most once."""

    @staticmethod
    def push(stack, start, frequency):
        if frequency <= 0 or not 0 <= start < TOTAL or start + frequency > TOTAL:
            raise InvalidArgument("start, frequency", (start, frequency), "a piece that fits")
        while stack.head // frequency * TOTAL + start + stack.head % frequency >= 2**64:
            stack.words.append(stack.head % 2**32)
            stack.head = stack.head // 2**32
        stack.head += start + stack.head // frequency * (TOTAL - frequency)

    @staticmethod
    def pop(stack, start, frequency):
        slot = stack.head % TOTAL
        if slot < start or slot >= start + frequency:
            raise InvalidArgument("start, frequency", (start, frequency), "the symbol on top")
        head = stack.head - start - stack.head // TOTAL * (TOTAL - frequency)
        while head < 2**32:
            if not stack.words:
                raise OperationFailed("no word is left.")
            head = head * 2**32 + stack.words.pop()
        stack.head = head


class TriedOnACopy:
    """The step is made on a stack of its own; the real one is changed when all is well."""

    @staticmethod
    def push(stack, start, frequency):
        if frequency < 1 or start < 0 or start + frequency > TOTAL:
            raise InvalidArgument("start, frequency", (start, frequency), "a piece that fits")
        made = Stack(stack.head, stack.words[:])
        if made.head > (frequency << 40) - 1:
            upper, lower = made.head.to_bytes(8, "big")[:4], made.head.to_bytes(8, "big")[4:]
            made.head = int.from_bytes(upper, "big")
            made.words.append(int.from_bytes(lower, "big"))
        made.head = made.head // frequency * TOTAL + start + made.head % frequency
        stack.head, stack.words[:] = made.head, made.words

    @staticmethod
    def pop(stack, start, frequency):
        made = Stack(stack.head, stack.words[:])
        made.head = made.head // TOTAL * frequency + made.head % TOTAL - start
        if not start <= stack.head % TOTAL < start + frequency:
            raise InvalidArgument("start, frequency", (start, frequency), "the symbol on top")
        try:
            if made.head < 2**32:
                made.head = (made.head << 32) + made.words.pop()
        except IndexError as error:
            raise OperationFailed("no word is left.") from error
        stack.head, stack.words[:] = made.head, made.words
