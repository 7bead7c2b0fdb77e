"""Wrong answers to exercise 17, written without sight of its misconceptions."""

from itertools import pairwise


class ZeroBeforeTheFirst:
    """Before the first point the value is 0, not that of the first point."""

    @staticmethod
    def value_at(schedule, epoch):
        if epoch < schedule[0][0]:
            return 0.0
        for (start, before), (end, after) in pairwise(schedule):
            if start <= epoch < end:
                return before + (after - before) * (epoch - start) / (end - start)
        return schedule[-1][1]


class FirstLineGoesOn:
    """Before the first point the first line is prolonged to the left."""

    @staticmethod
    def value_at(schedule, epoch):
        for (start, before), (end, after) in pairwise(schedule):
            if epoch < end:
                return before + (after - before) * (epoch - start) / (end - start)
        return schedule[-1][1]


class LastLineGoesOn:
    """After the last point the last line is prolonged to the right."""

    @staticmethod
    def value_at(schedule, epoch):
        if epoch < schedule[0][0]:
            return schedule[0][1]
        for (start, before), (end, after) in pairwise(schedule):
            if start <= epoch < end:
                return before + (after - before) * (epoch - start) / (end - start)
        if len(schedule) == 1 or schedule[-2][0] == schedule[-1][0]:
            return schedule[-1][1]
        (start, before), (end, after) = schedule[-2:]
        return before + (after - before) * (epoch - start) / (end - start)


class ValueBeforeTheJump:
    """At a jump it is the value before it: the earlier line also takes its right end."""

    @staticmethod
    def value_at(schedule, epoch):
        if epoch <= schedule[0][0]:
            return schedule[0][1]
        for (start, before), (end, after) in pairwise(schedule):
            if start < epoch <= end:
                return before + (after - before) * (epoch - start) / (end - start)
        return schedule[-1][1]


class JumpAtTheLastPoint:
    """A jump at the very end is missed: at the last epoch it is the value before the jump."""

    @staticmethod
    def value_at(schedule, epoch):
        if epoch < schedule[0][0]:
            return schedule[0][1]
        for (start, before), (end, after) in pairwise(schedule):
            if start <= epoch < end:
                return before + (after - before) * (epoch - start) / (end - start)
        return dict(reversed(schedule))[schedule[-1][0]]


class WholeEpochsOnly:
    """The fraction of the epoch is cut off, so the value is a staircase."""

    @staticmethod
    def value_at(schedule, epoch):
        epoch = int(epoch)
        if epoch < schedule[0][0]:
            return schedule[0][1]
        for (start, before), (end, after) in pairwise(schedule):
            if start <= epoch < end:
                return before + (after - before) * (epoch - start) / (end - start)
        return schedule[-1][1]


class StartForgotten:
    """The fraction of the way is epoch / end, as if every line began at epoch 0."""

    @staticmethod
    def value_at(schedule, epoch):
        if epoch < schedule[0][0]:
            return schedule[0][1]
        for (start, before), (end, after) in pairwise(schedule):
            if start <= epoch < end:
                return before + (after - before) * epoch / end
        return schedule[-1][1]


class OneEpochEarly:
    """The rise ends at epochs - 1, the last epoch when counted from 0."""

    @staticmethod
    def linear_warmup(epochs, value=1.0):
        return ((0.0, 0.0), (epochs - 1, value))


class AlwaysToOne:
    """The warm-up rises to 1 whatever the value."""

    @staticmethod
    def linear_warmup(epochs, value=1.0):
        return ((0.0, 0.0), (epochs, 1.0))


class HoldMissing:
    """A cycle has no point at its end, so after the rise the value falls slowly to 0 where it should be held."""

    @staticmethod
    def cyclical_warmup(period, cycles, value=1.0, rising=0.5):
        points = []
        for cycle in range(cycles):
            points += [(cycle * period, 0.0), ((cycle + rising) * period, value)]
        return tuple(points)


class RisingInEpochs:
    """The rise takes ``rising`` epochs, not that fraction of the period."""

    @staticmethod
    def cyclical_warmup(period, cycles, value=1.0, rising=0.5):
        points = []
        for cycle in range(cycles):
            start = cycle * period
            points += [(start, 0.0), (start + rising, value), (start + period, value)]
        return tuple(points)


class HoldEndsAnEpochEarly:
    """The value is held to one epoch before the end of the period and then falls to 0 within that epoch."""

    @staticmethod
    def cyclical_warmup(period, cycles, value=1.0, rising=0.5):
        points = []
        for cycle in range(cycles):
            start = cycle * period
            points += [
                (start, 0.0),
                (start + rising * period, value),
                (start + max(rising * period, period - 1), value),
            ]
        return tuple(points)


class BackToZeroAtTheEnd:
    """After the last cycle the value is 0: a point of the next cycle is one too many."""

    @staticmethod
    def cyclical_warmup(period, cycles, value=1.0, rising=0.5):
        points = []
        for cycle in range(cycles):
            start = cycle * period
            points += [(start, 0.0), (start + rising * period, value), (start + period, value)]
        return (*points, (cycles * period, 0.0))


class PeriodRounded:
    """The cycles begin at whole multiples of int(period), wrong where the period is a fraction."""

    @staticmethod
    def cyclical_warmup(period, cycles, value=1.0, rising=0.5):
        points = []
        for cycle in range(cycles):
            start = cycle * int(period)
            points += [(start, 0.0), (start + rising * int(period), value), (start + int(period), value)]
        return tuple(points)


class PeriodSharedOut:
    """The period is taken for the length of all cycles together, each gets period / cycles."""

    @staticmethod
    def cyclical_warmup(period, cycles, value=1.0, rising=0.5):
        points, length = [], period / cycles
        for cycle in range(cycles):
            start = cycle * length
            points += [(start, 0.0), (start + rising * length, value), (start + length, value)]
        return tuple(points)


class EverHigher:
    """Each cycle rises on from the height of the cycle before; it does not begin at 0 again."""

    @staticmethod
    def cyclical_warmup(period, cycles, value=1.0, rising=0.5):
        points = [(0.0, 0.0)]
        for cycle in range(cycles):
            height = value * (cycle + 1) / cycles
            points += [((cycle + rising) * period, height), ((cycle + 1) * period, height)]
        return tuple(points)
