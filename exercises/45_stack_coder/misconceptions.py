"""Wrong answers to exercise 45."""

from course.workbook.content import Misconception

FITS = "if not (frequency > 0 and 0 <= start <= TOTAL - frequency):"
FULL = "if stack.head >= frequency << (2 * WORD - PRECISION):"
GIVEN = "stack.words.append(stack.head % LEAST)"
HALVED = "stack.head //= LEAST"
SPLIT = "quotient, rest = divmod(stack.head, frequency)"
PUSHED = "stack.head = quotient * TOTAL + start + rest"
READ = "quotient, within = divmod(stack.head, TOTAL)"
ON_TOP = "if not start <= within < start + frequency:"
POPPED = "head = quotient * frequency + within - start"
LOW = "if head < LEAST:"
NONE_LEFT = "if not stack.words:"
TAKEN = "head = head * LEAST + stack.words.pop()"

MISCONCEPTIONS = (
    Misconception(
        "no word is ever given away",
        ((FULL, "if stack.head < 0:"),),
        "Your head grows beyond 64 bits. The arithmetic is right, but a number that grows with the file takes longer "
        "with every symbol: give the lower 32 bits to the words before the step would go beyond 2^64.",
    ),
    Misconception(
        "a word given away one too late",
        ((FULL, FULL.replace(">=", ">")),),
        "At head = frequency 2^40 exactly the new head is 2^64 or more, which has 65 bits: give a word away from there "
        "on, with >=.",
    ),
    Misconception(
        "a word given away whatever the frequency",
        ((FULL, "if stack.head >= 1 << (2 * WORD - PRECISION):"),),
        "Your border does not depend on the frequency. A frequent symbol hardly enlarges the head; if a word leaves "
        "all the same, the head falls below 2^32, and pop would not know that a word has to come back.",
    ),
    Misconception(
        "a word given away at every push",
        ((FULL, "if True:"),),
        "You give a word away at every push. Only a head that would outgrow 64 bits gives one; otherwise the words "
        "cost 32 bits a symbol, whatever its probability.",
    ),
    Misconception(
        "a word given away after the step",
        (
            (FULL, "if stack.head < 0:"),
            (
                PUSHED,
                PUSHED + "\n    if stack.head >= LEAST**2:\n        stack.words.append(stack.head % LEAST)\n"
                "        stack.head = stack.head // LEAST",
            ),
        ),
        "You give the word away after the arithmetic. Its lower bits then hold the symbol itself, which pop looks for "
        "in the head. The word has to leave before.",
    ),
    Misconception(
        "the upper half given away",
        ((GIVEN, "stack.words.append(stack.head // LEAST)"), (HALVED, "stack.head %= LEAST")),
        "You gave away the upper half of the head and kept the lower one, which may be anything below 2^32, even 0. "
        "The lower 32 bits leave; the upper ones stay.",
    ),
    Misconception(
        "words put below all others",
        ((GIVEN, "stack.words.insert(0, stack.head % LEAST)"),),
        "Your word goes to the bottom of the stack. The last word is on top: append it.",
    ),
    Misconception(
        "a word given away but kept in the head",
        ((HALVED, "pass"),),
        "You copied the lower half to the words and left it in the head. It has to be taken off: head // 2^32.",
    ),
    Misconception(
        "start forgotten in push",
        ((PUSHED, "stack.head = quotient * TOTAL + rest"),),
        "Without start every symbol looks as if it began at 0, and pop cannot tell which it was. The new head modulo "
        "TOTAL has to lie in the symbol's piece.",
    ),
    Misconception(
        "rest forgotten in push",
        ((PUSHED, "stack.head = quotient * TOTAL + start"),),
        "You dropped head mod frequency. It is what is left of the earlier symbols; they are lost without it.",
    ),
    Misconception(
        "frequency and TOTAL exchanged in push",
        ((SPLIT, "quotient, rest = divmod(stack.head, TOTAL)"), (PUSHED, PUSHED.replace("TOTAL", "frequency"))),
        "You divide by TOTAL and multiply by frequency: the head shrinks by the factor p instead of growing by 1 / p. "
        "That is what pop does.",
    ),
    Misconception(
        "quotient and rest exchanged",
        ((SPLIT, "rest, quotient = divmod(stack.head, frequency)"),),
        "divmod returns the quotient first, then the rest.",
    ),
    Misconception(
        "head multiplied by the whole of TOTAL",
        ((PUSHED, "stack.head = stack.head * TOTAL + start + rest"),),
        "You multiply the head itself by TOTAL, so that every symbol costs 24 bits. It is the quotient, head divided "
        "by the frequency, that is multiplied.",
    ),
    Misconception(
        "a piece beyond TOTAL accepted",
        ((FITS, "if frequency <= 0 or start < 0:"),),
        "A piece must end at TOTAL or before. What lies beyond is a piece of the next quotient, and pop reads another "
        "symbol.",
    ),
    Misconception(
        "start forgotten in pop",
        ((POPPED, "head = quotient * frequency + within"),),
        "head mod TOTAL is start plus the rest of before: take start off.",
    ),
    Misconception(
        "rest forgotten in pop",
        ((POPPED, "head = quotient * frequency"),),
        "You dropped what lies within the piece, (head mod TOTAL) - start. It belongs to the earlier symbols.",
    ),
    Misconception(
        "quotient multiplied by TOTAL in pop",
        ((POPPED, POPPED.replace("frequency", "TOTAL")),),
        "You multiply by TOTAL, by which you have just divided. pop makes the head smaller: multiply by frequency.",
    ),
    Misconception(
        "no word is ever taken in",
        ((LOW, "if head < 0:"),),
        "Your head falls below 2^32 and stays there. It then has too few digits for the next symbol: take the word on "
        "top in.",
    ),
    Misconception(
        "a word taken in one too early",
        ((LOW, "if head <= LEAST:"),),
        "2^32 itself is a valid head. With <= a word comes in that push would not have given away.",
    ),
    Misconception(
        "the lowest word taken in",
        ((TAKEN, "head = head * LEAST + stack.words.pop(0)"),),
        "You take the first word of the list, the lowest. The one on top is the last: words.pop().",
    ),
    Misconception(
        "the word as the upper half",
        ((TAKEN, "head = head + stack.words.pop() * LEAST"),),
        "The word that comes back was the lower half: shift the head up by 32 bits and add the word.",
    ),
    Misconception(
        "the word read but not removed",
        ((TAKEN, "head = head * LEAST + stack.words[-1]"),),
        "You read the word on top and leave it there, so that the next pop reads it again.",
    ),
    Misconception(
        "any symbol popped",
        ((ON_TOP, "if within < 0:"),),
        "You pop a symbol that is not on top. head mod TOTAL says which one is: it has to lie in the piece.",
    ),
    Misconception(
        "the next symbol taken for the one on top",
        ((ON_TOP, "if not start <= within <= start + frequency:"),),
        "The piece ends before start + frequency: that number belongs to the next symbol.",
    ),
    Misconception(
        "zeros for words that are missing",
        ((NONE_LEFT, "if False:"), (TAKEN, "head = head * LEAST + (stack.words.pop() if stack.words else 0)")),
        "You go on with a word of zeros where none is left. What comes out then was never pushed: refuse it.",
    ),
    Misconception(
        "stack changed before it is refused",
        ((POPPED, "stack.head = " + POPPED),),
        "The head has already changed when you find that no word is left. Whoever is refused must find the stack as it "
        "was.",
    ),
    Misconception(
        "a negative start accepted",
        ((FITS, FITS.replace("0 <= start", "start")),),
        "A piece must begin at 0 or above. What lies below is a piece of the quotient before, and pop reads "
        "another symbol.",
    ),
)
