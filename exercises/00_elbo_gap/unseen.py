"""Wrong answers to exercise 00, written without sight of its misconceptions."""

import numpy as np


class OneShiftForTheBatch:
    """The largest number of the whole batch is taken out, so that an image far below it gives log 0."""

    @staticmethod
    def log_evidence(log_joint):
        largest = log_joint.max()
        return largest + np.log(np.exp(log_joint - largest).sum(axis=1))


class ReverseGap:
    """The gap is KL(p || q), with the posterior in front, instead of KL(q || p)."""

    @staticmethod
    def gap(log_joint, q):
        largest = log_joint.max(axis=1, keepdims=True)
        p = np.exp(log_joint - largest)
        p = p / p.sum(axis=1, keepdims=True)
        return (p * (np.log(np.where(p > 0, p, 1)) - np.log(np.where(q > 0, q, 1)))).sum(axis=1)


class QClipped:
    """q is cut off at one millionth to save the log, so that a state with q = 0 adds a little."""

    @staticmethod
    def elbo(log_joint, q):
        q = np.clip(q, 1e-6, 1)
        return (q * (log_joint - np.log(q))).sum(axis=1)


class TermsNeverNegative:
    """The terms of the KL divergence are cut off at 0, although only their sum is never negative."""

    @staticmethod
    def gap(log_joint, q):
        m = log_joint.max(axis=1, keepdims=True)
        log_posterior = log_joint - m - np.log(np.exp(log_joint - m).sum(axis=1, keepdims=True))
        terms = q * (np.log(np.where(q > 0, q, 1)) - log_posterior)
        return np.maximum(terms, 0).sum(axis=1)


class OnlyThreeStates:
    """The sum over the states stops after the third one."""

    @staticmethod
    def elbo(log_joint, q):
        total = np.zeros(len(log_joint))
        for i in range(len(log_joint)):
            for z in range(3):
                if q[i, z] > 0:
                    total[i] += q[i, z] * (log_joint[i, z] - np.log(q[i, z]))
        return total


class ShiftedInPlace:
    """The largest number is subtracted from log_joint itself, so that the caller's array is changed."""

    @staticmethod
    def log_evidence(log_joint):
        largest = log_joint.max(axis=1)
        log_joint -= largest[:, None]
        return largest + np.log(np.exp(log_joint).sum(axis=1))


class MeanOverTheStates:
    """log p(x) is the log of the mean over the states instead of their sum."""

    @staticmethod
    def log_evidence(log_joint):
        largest = log_joint.max(axis=1)
        return largest + np.log(np.exp(log_joint - largest[:, None]).mean(axis=1))


class GapToTheBestState:
    """The gap is measured from the largest log p(x, z) instead of from log p(x)."""

    @staticmethod
    def gap(log_joint, q):
        log_q = np.log(np.where(q > 0, q, 1))
        return log_joint.max(axis=1) - (q * (log_joint - log_q)).sum(axis=1)


class NoNumberMadeZero:
    """Where a state has q = 0, the sum of the image is no number, and the whole ELBO of the image is set to 0."""

    @staticmethod
    def elbo(log_joint, q):
        return np.nan_to_num((q * (log_joint - np.log(q))).sum(axis=1))
