"""Wrong answers to exercise 25, written without sight of its misconceptions."""

import numpy as np


class TruthValuesAsPlaces:
    """The truth values are turned into 0 and 1 and then pick the codes number 0 and 1."""

    @staticmethod
    def attribute_direction(codes, has_attribute):
        chosen = has_attribute.astype(int)
        return codes[chosen].mean(axis=0) - codes[1 - chosen].mean(axis=0)


class MinusTheMeanOfAll:
    """The mean of all codes is subtracted instead of the mean without the attribute."""

    @staticmethod
    def attribute_direction(codes, has_attribute):
        return codes[has_attribute].mean(axis=0) - codes.mean(axis=0)


class EqualGroups:
    """Both groups are cut to the size of the smaller one before the means are taken."""

    @staticmethod
    def attribute_direction(codes, has_attribute):
        size = min(has_attribute.sum(), (~has_attribute).sum())
        return codes[has_attribute][:size].mean(axis=0) - codes[~has_attribute][:size].mean(axis=0)


class BothSumsOverAll:
    """Both sums are divided by the number of all codes."""

    @staticmethod
    def attribute_direction(codes, has_attribute):
        with_it = np.where(has_attribute[:, None], codes, 0).mean(axis=0)
        without_it = np.where(has_attribute[:, None], 0, codes).mean(axis=0)
        return with_it - without_it


class HalfOfAllInEachGroup:
    """Each sum is divided by half the number of codes, right only for groups of equal size."""

    @staticmethod
    def attribute_direction(codes, has_attribute):
        half = len(codes) / 2
        return codes[has_attribute].sum(axis=0) / half - codes[~has_attribute].sum(axis=0) / half


class LengthOne:
    """The direction is scaled to length 1."""

    @staticmethod
    def attribute_direction(codes, has_attribute):
        direction = codes[has_attribute].mean(axis=0) - codes[~has_attribute].mean(axis=0)
        return direction / np.linalg.norm(direction)


class Medians:
    """Medians are taken instead of means."""

    @staticmethod
    def attribute_direction(codes, has_attribute):
        return np.median(codes[has_attribute], axis=0) - np.median(codes[~has_attribute], axis=0)


class WithoutMinusWith:
    """The difference is the other way round."""

    @staticmethod
    def attribute_direction(codes, has_attribute):
        return codes[~has_attribute].mean(axis=0) - codes[has_attribute].mean(axis=0)


class FirstOfEach:
    """The first code with the attribute minus the first code without it, no means at all."""

    @staticmethod
    def attribute_direction(codes, has_attribute):
        return codes[has_attribute][0] - codes[~has_attribute][0]


class StrengthsAddUp:
    """Every step starts where the last one ended, so the strengths add up."""

    @staticmethod
    def shift(codes, direction, strengths):
        moved, steps = codes.copy(), []
        for strength in strengths:
            moved = moved + strength * direction
            steps.append(moved)
        return np.stack(steps, axis=1)


class ChangedInPlace:
    """The caller's codes are moved in place by the last strength, while the result is right."""

    @staticmethod
    def shift(codes, direction, strengths):
        result = codes[:, None] + strengths[:, None] * direction
        codes += strengths[-1] * direction
        return result


class StepsBeforeCodes:
    """The result has the steps before the codes."""

    @staticmethod
    def shift(codes, direction, strengths):
        return codes + (strengths[:, None] * direction)[:, None]


class StrengthsFromFirstToLast:
    """The strengths are taken to be evenly spaced from the first to the last."""

    @staticmethod
    def shift(codes, direction, strengths):
        even = np.linspace(strengths[0], strengths[-1], len(strengths))
        return codes[:, None] + even[:, None] * direction


class NoNegativeStrength:
    """Negative strengths count as 0."""

    @staticmethod
    def shift(codes, direction, strengths):
        return codes[:, None] + np.maximum(strengths, 0)[:, None] * direction


class TowardsTheDirection:
    """The walk goes from the code to the direction, as between two codes."""

    @staticmethod
    def shift(codes, direction, strengths):
        w = strengths[:, None]
        return (1 - w) * codes[:, None] + w * direction


class ReshapedInsteadOfTransposed:
    """The steps come first and are brought to the right shape with reshape, which mixes codes and steps."""

    @staticmethod
    def shift(codes, direction, strengths):
        moved = codes[None] + strengths[:, None, None] * direction
        return moved.reshape(len(codes), len(strengths), codes.shape[1])


class UnitDirection:
    """The codes move along the direction scaled to length 1."""

    @staticmethod
    def shift(codes, direction, strengths):
        return codes[:, None] + strengths[:, None] * (direction / np.linalg.norm(direction))


class FirstCodeOnly:
    """Every row holds the moves of the first code."""

    @staticmethod
    def shift(codes, direction, strengths):
        moved = codes[0] + strengths[:, None] * direction
        return np.repeat(moved[None], len(codes), axis=0)
