"""Wrong answers to exercise 17."""

from course.workbook.content import Misconception

LINE = "return before + (after - before) * (epoch - start) / (end - start)"
CYCLE = "points += [(start, 0.0), (min(start + rising * period, end), value), (end, value)]"
WHOLE = "return ((0.0, 0.0), (epochs, value))"

MISCONCEPTIONS = (
    Misconception(
        "steps for lines",
        ((LINE, "return before"),),
        "Your value stays at each point's value until the next point. Neighbours are joined by a straight line.",
    ),
    Misconception(
        "next value before its time",
        ((LINE, "return after"),),
        "Between two points you return the value of the later one. It is reached only at that point.",
    ),
    Misconception(
        "slope without the length of the segment",
        ((LINE, "return before + (after - before) * (epoch - start)"),),
        "The rise from one point to the next takes end - start epochs: divide by that length. As it is, every rise "
        "takes one epoch.",
    ),
    Misconception(
        "fraction of all time",
        ((LINE, "return before + (after - before) * epoch / end"),),
        "The share of a segment that has passed counts from the segment's start: (epoch - start) / (end - start). "
        "You counted from epoch 0.",
    ),
    Misconception(
        "falling for rising",
        ((LINE, "return after + (before - after) * (epoch - start) / (end - start)"),),
        "The two values are exchanged: at the start of a segment you return the value of its end.",
    ),
    Misconception(
        "value before the jump",
        (
            ("if epoch < schedule[0][0]:", "if epoch <= schedule[0][0]:"),
            ("if start <= epoch < end:", "if start < epoch <= end:"),
        ),
        "At a jump you return the value before it. The convention is the value after it: a segment holds its start but "
        "not its end.",
    ),
    Misconception(
        "zero beyond the ends",
        (("return schedule[0][1]", "return 0.0"), ("return schedule[-1][1]", "return 0.0")),
        "Outside of the points the value is 0 in your answer. Before the first point it is that of the first, after "
        "the last that of the last: a warm-up that is over stays over.",
    ),
    Misconception(
        "first value after the end",
        (("return schedule[-1][1]", "return schedule[0][1]"),),
        "After the last point you return the value of the first one. It must be that of the last.",
    ),
    Misconception(
        "whole epochs only",
        ((LINE, "return before + (after - before) * (epoch // 1 - start) / (end - start)"),),
        "You rounded the epoch down. A fraction of an epoch counts: beta changes with every step, not once an epoch.",
    ),
    Misconception(
        "on from the start",
        ((WHOLE, "return ((0.0, value),)"),),
        "Your schedule has its full value from the first step. A warm-up begins at 0.",
    ),
    Misconception(
        "jump instead of a line",
        ((WHOLE, "return ((0.0, 0.0), (epochs, 0.0), (epochs, value))"),),
        "Your beta is 0 and then jumps. A linear warm-up grows a little with every step.",
    ),
    Misconception(
        "always up to 1",
        ((WHOLE, "return ((0.0, 0.0), (epochs, 1.0))"),),
        "You rise to 1. The warm-up ends at `value`, whatever that is.",
    ),
    Misconception(
        "value reached after one epoch",
        ((WHOLE, "return ((0.0, 0.0), (1.0, value))"),),
        "You reach the value after one epoch. It takes `epochs` epochs.",
    ),
    Misconception(
        "cool-down",
        ((WHOLE, "return ((0.0, value), (epochs, 0.0))"),),
        "Your beta falls from the value to 0. A warm-up goes the other way: first the reconstruction, then the KL.",
    ),
    Misconception(
        "back to 0 after the warm-up",
        ((WHOLE, "return ((0.0, 0.0), (epochs, value), (epochs, 0.0))"),),
        "After the warm-up your beta drops to 0. It stays at the value for the rest of the training.",
    ),
    Misconception(
        "one cycle only",
        (("for cycle in range(cycles):", "for cycle in range(1):"),),
        "Your beta rises once and stays. It must start again at 0 in each of the cycles.",
    ),
    Misconception(
        "one cycle too many",
        (("for cycle in range(cycles):", "for cycle in range(cycles + 1):"),),
        "You begin one cycle more than asked for. After the last cycle the value stays.",
    ),
    Misconception(
        "triangle",
        ((CYCLE, "points += [(start, 0.0), (start + rising * period, value), (start + period, 0.0)]"),),
        "You let beta sink slowly to 0 in the second part of each period. It holds its value there, and drops at once "
        "when the next cycle starts.",
    ),
    Misconception(
        "end of the period left out",
        ((CYCLE, "points += [(start, 0.0), (start + rising * period, value)]"),),
        "Your cycles have two points. Without a third, (start + period, value), the line sinks from the end of the "
        "rise to the 0 at which the next cycle starts.",
    ),
    Misconception(
        "first cycle late",
        (("start = cycle * period", "cycle += 1\n        start = cycle * period"),),
        "Your first cycle starts after a whole period. Cycles count from 0: cycle c starts at c * period.",
    ),
    Misconception(
        "rise over the whole period",
        ((CYCLE, "points += [(start, 0.0), (start + period, value)]"),),
        "Your beta rises during the whole period. It rises in the first part, the fraction `rising`, and then holds.",
    ),
    Misconception(
        "rising and holding exchanged",
        ((CYCLE, "points += [(start, 0.0), (start + (1 - rising) * period, value), (start + period, value)]"),),
        "`rising` is the share of the period in which beta rises. You took it for the share in which it is held.",
    ),
    Misconception(
        "wait before the rise",
        ((CYCLE, "points += [(start, 0.0), (start + rising * period, 0.0), (start + period, value)]"),),
        "In your cycles beta waits at 0 first and rises then. It rises first and holds its value then.",
    ),
    Misconception(
        "square wave",
        ((CYCLE, "points += [(start, 0.0), (start + rising * period, 0.0), (start + rising * period, value)]"),),
        "Your beta jumps to its value in the middle of a cycle. It rises there in a straight line from the start of "
        "the cycle.",
    ),
    Misconception(
        "back to 0 after the last cycle",
        (("return tuple(points)", "return (*points, (cycles * period, 0.0))"),),
        "After the last cycle your beta drops to 0. There the value stays, so that training ends on the ELBO.",
    ),
    Misconception(
        "period divided by the cycles",
        (
            (
                "start = cycle * period",
                "period = period / cycles if cycle == 0 else period\n        start = cycle * period",
            ),
        ),
        "You squeezed all cycles into one period. `period` is the length of a single cycle.",
    ),
    Misconception(
        "each cycle higher than the last",
        (("(start, 0.0), (min(start", "(start, value * cycle / cycles), (min(start"),),
        "Your later cycles start above 0. Each cycle starts again at 0.",
    ),
    Misconception(
        "always up to 1 in cycles",
        ((CYCLE, "points += [(start, 0.0), (start + rising * period, 1.0), (start + period, 1.0)]"),),
        "Your cycles rise to 1. They rise to `value`.",
    ),
    Misconception(
        "rise of fixed length",
        ((CYCLE, "points += [(start, 0.0), (start + rising, value), (start + period, value)]"),),
        "`rising` is a fraction of the period, not a number of epochs: the rise ends rising * period after the start.",
    ),
    Misconception(
        "zero before the first point",
        (("return schedule[0][1]", "return 0.0"),),
        "Before the first point the value is 0 in your answer. It is that of the first point, whatever that is.",
    ),
    Misconception(
        "first line goes on",
        (
            ("if epoch < schedule[0][0]:\n        return schedule[0][1]\n    ", ""),
            ("if start <= epoch < end:", "if epoch < end:"),
        ),
        "Before the first point you prolong the first line to the left. There the value is that of the first point.",
    ),
    Misconception(
        "last line goes on",
        (
            (
                "return schedule[-1][1]",
                "if len(schedule) == 1 or schedule[-2][0] == schedule[-1][0]:\n        return schedule[-1][1]\n"
                "    (start, before), (end, after) = schedule[-2:]\n    " + LINE,
            ),
        ),
        "After the last point you prolong the last line to the right. From there on the value stays that of the last "
        "point.",
    ),
    Misconception(
        "jump at the last point missed",
        (("return schedule[-1][1]", "return dict(reversed(schedule))[schedule[-1][0]]"),),
        "The last two points may make a jump too. From the last epoch on the value is that of the very last point.",
    ),
    Misconception(
        "epoch cut to a whole number",
        (("if epoch < schedule[0][0]:", "epoch = int(epoch)\n    if epoch < schedule[0][0]:"),),
        "You cut the epoch to a whole number. A fraction of an epoch counts: beta changes with every step, not once an "
        "epoch.",
    ),
    Misconception(
        "value reached an epoch early",
        ((WHOLE, "return ((0.0, 0.0), (epochs - 1, value))"),),
        "You reach the value at epochs - 1. The warm-up takes `epochs` epochs, and they need not be a whole number.",
    ),
    Misconception(
        "hold ends an epoch early",
        (
            (
                CYCLE,
                "points += [(start, 0.0), (start + rising * period, value), "
                "(start + max(rising * period, period - 1), value)]",
            ),
        ),
        "You end the hold an epoch before the period ends, and beta falls during that epoch. It is held up to the very "
        "end; two points at one epoch make the jump.",
    ),
    Misconception(
        "hold to period - 1",
        ((CYCLE, CYCLE.replace("(end,", "(end - 1,")),),
        "You end the hold at period - 1. It lasts to the end of the period; two points at one epoch make the jump.",
    ),
    Misconception(
        "period cut to a whole number",
        (("start = cycle * period", "period = int(period)\n        start = cycle * period"),),
        "You cut the period to a whole number. It may be a fraction, such as 4.5 epochs.",
    ),
    Misconception(
        "staircase",
        (
            (
                CYCLE,
                "height = value * (cycle + 1) / cycles\n        "
                "points += [(start, value * cycle / cycles), (start + rising * period, height), "
                "(start + period, height)]",
            ),
        ),
        "Your beta climbs from cycle to cycle and reaches `value` only in the last. Each cycle starts again at 0 and "
        "rises all the way.",
    ),
    Misconception(
        "warm-up that begins above 0",
        (("return ((0.0, 0.0), (epochs, value))", "return ((0.0, value / epochs), (epochs, value))"),),
        "Your schedule begins at value / epochs, as if the first epoch were done already. At epoch 0 beta is 0.",
    ),
    Misconception(
        "jump a little too early",
        (("    if epoch < schedule[0][0]:\n", "    epoch += 1e-9\n    if epoch < schedule[0][0]:\n"),),
        "You added something small to the epoch, or compare with a tolerance. Just before a jump the old value "
        "holds; at its epoch exactly, the new one.",
    ),
    Misconception(
        "epoch rounded",
        (("    if epoch < schedule[0][0]:\n", "    epoch = round(epoch, 2)\n    if epoch < schedule[0][0]:\n"),),
        "You rounded the epoch, or read the value off a grid. Any fraction of an epoch has its own value, on the "
        "line between two points.",
    ),
    Misconception(
        "whole epochs",
        ((WHOLE, "return ((0.0, 0.0), (max(1, round(epochs)), value))"),),
        "You round the epochs of the warm-up. They may be fractions: take them as they are.",
    ),
)
