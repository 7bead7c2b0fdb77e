"""Wrong answers to exercise 14, written without sight of its misconceptions."""

import numpy as np

from common.state import TrainingState


def _step(state, grads, settings, update):
    """Take a step in which every parameter is treated by itself: update(theta, g, m, v, t) -> (theta, m, v)."""
    t = state.step + 1
    new = {
        name: update(state.parameters[name], g, state.first_moment[name], state.second_moment[name], t)
        for name, g in grads.items()
    }
    return TrainingState(*({name: three[k] for name, three in new.items()} for k in range(3)), t)


class EpsilonBeforeTheCorrection:
    """Epsilon is added to the root of v, not of vhat: the correction of v comes after it and makes it larger."""

    @staticmethod
    def adam_step(state, grads, settings):
        def update(theta, g, m, v, t):
            m = settings.beta1 * m + (1 - settings.beta1) * g
            v = settings.beta2 * v + (1 - settings.beta2) * g**2
            rate = settings.learning_rate * np.sqrt(1 - settings.beta2**t) / (1 - settings.beta1**t)
            return theta - rate * m / (np.sqrt(v) + settings.epsilon), m, v

        return _step(state, grads, settings, update)


class MatchedByOrder:
    """Parameters and gradients are matched by their place in the dictionary, not by their name."""

    @staticmethod
    def adam_step(state, grads, settings):
        t = state.step + 1
        dictionaries = state.parameters, grads, state.first_moment, state.second_moment
        for theta, g, m, v in zip(*(one.values() for one in dictionaries), strict=True):
            m *= settings.beta1
            m += (1 - settings.beta1) * g
            v *= settings.beta2
            v += (1 - settings.beta2) * g**2
            mhat, vhat = m / (1 - settings.beta1**t), v / (1 - settings.beta2**t)
            theta -= settings.learning_rate * mhat / (np.sqrt(vhat) + settings.epsilon)
        return TrainingState(state.parameters, state.first_moment, state.second_moment, t)


class MomentsSeededAtTheFirstStep:
    """At the first step the moments are set to g and g squared, and then corrected all the same."""

    @staticmethod
    def adam_step(state, grads, settings):
        def update(theta, g, m, v, t):
            if t == 1:
                m, v = g, g**2
            else:
                m = settings.beta1 * m + (1 - settings.beta1) * g
                v = settings.beta2 * v + (1 - settings.beta2) * g**2
            mhat, vhat = m / (1 - settings.beta1**t), v / (1 - settings.beta2**t)
            return theta - settings.learning_rate * mhat / (np.sqrt(vhat) + settings.epsilon), m, v

        return _step(state, grads, settings, update)


class GradientSquaredInPlace:
    """The gradient is squared in place, so that the caller's gradients are changed after the step."""

    @staticmethod
    def adam_step(state, grads, settings):
        def update(theta, g, m, v, t):
            m = settings.beta1 * m + (1 - settings.beta1) * g
            v = settings.beta2 * v + (1 - settings.beta2) * np.square(g, out=g)
            mhat, vhat = m / (1 - settings.beta1**t), v / (1 - settings.beta2**t)
            return theta - settings.learning_rate * mhat / (np.sqrt(vhat) + settings.epsilon), m, v

        return _step(state, grads, settings, update)


class CountedForEveryParameter:
    """The step is counted up inside the loop over the parameters: once for each name."""

    @staticmethod
    def adam_step(state, grads, settings):
        t = state.step
        for name, g in grads.items():
            t += 1
            m, v = state.first_moment[name], state.second_moment[name]
            m += (1 - settings.beta1) * (g - m)
            v += (1 - settings.beta2) * (g**2 - v)
            mhat, vhat = m / (1 - settings.beta1**t), v / (1 - settings.beta2**t)
            state.parameters[name] -= settings.learning_rate * mhat / (np.sqrt(vhat) + settings.epsilon)
        return TrainingState(state.parameters, state.first_moment, state.second_moment, state.step + 1)


class ReturnInsideTheLoop:
    """The return stands inside the loop: only the first parameter is updated."""

    @staticmethod
    def adam_step(state, grads, settings):
        t = state.step + 1
        for name, g in grads.items():
            m, v = state.first_moment[name], state.second_moment[name]
            m += (1 - settings.beta1) * (g - m)
            v += (1 - settings.beta2) * (g**2 - v)
            mhat, vhat = m / (1 - settings.beta1**t), v / (1 - settings.beta2**t)
            state.parameters[name] -= settings.learning_rate * mhat / (np.sqrt(vhat) + settings.epsilon)
            return TrainingState(state.parameters, state.first_moment, state.second_moment, t)


class MomentsNotKept:
    """The new moments are used for the update, and the state is returned with the old ones."""

    @staticmethod
    def adam_step(state, grads, settings):
        parameters, t = {}, state.step + 1
        for name, g in grads.items():
            m = settings.beta1 * state.first_moment[name] + (1 - settings.beta1) * g
            v = settings.beta2 * state.second_moment[name] + (1 - settings.beta2) * g**2
            mhat, vhat = m / (1 - settings.beta1**t), v / (1 - settings.beta2**t)
            parameters[name] = state.parameters[name] - settings.learning_rate * mhat / (
                np.sqrt(vhat) + settings.epsilon
            )
        return TrainingState(parameters, state.first_moment, state.second_moment, t)


class CorrectionTimesStep:
    """The corrections use beta times t where they need beta to the power of t."""

    @staticmethod
    def adam_step(state, grads, settings):
        def update(theta, g, m, v, t):
            m = settings.beta1 * m + (1 - settings.beta1) * g
            v = settings.beta2 * v + (1 - settings.beta2) * g**2
            mhat, vhat = m / abs(1 - settings.beta1 * t), v / abs(1 - settings.beta2 * t)
            return theta - settings.learning_rate * mhat / (np.sqrt(vhat) + settings.epsilon), m, v

        return _step(state, grads, settings, update)


class OneSizeForTheWholeArray:
    """The root is taken of the mean of vhat over the array, so that all its numbers share one size."""

    @staticmethod
    def adam_step(state, grads, settings):
        def update(theta, g, m, v, t):
            m = settings.beta1 * m + (1 - settings.beta1) * g
            v = settings.beta2 * v + (1 - settings.beta2) * g**2
            mhat, vhat = m / (1 - settings.beta1**t), v / (1 - settings.beta2**t)
            return theta - settings.learning_rate * mhat / (np.sqrt(vhat.mean()) + settings.epsilon), m, v

        return _step(state, grads, settings, update)


class SecondMomentAfterTheUpdate:
    """The update divides by the old v; v takes in the new gradient only afterwards."""

    @staticmethod
    def adam_step(state, grads, settings):
        def update(theta, g, m, v, t):
            m = settings.beta1 * m + (1 - settings.beta1) * g
            mhat, vhat = m / (1 - settings.beta1**t), v / (1 - settings.beta2**t)
            theta = theta - settings.learning_rate * mhat / (np.sqrt(vhat) + settings.epsilon)
            return theta, m, settings.beta2 * v + (1 - settings.beta2) * g**2

        return _step(state, grads, settings, update)


class EpsilonAsAFloor:
    """Epsilon is the least that the root may be, not something that is added to it."""

    @staticmethod
    def adam_step(state, grads, settings):
        def update(theta, g, m, v, t):
            m = settings.beta1 * m + (1 - settings.beta1) * g
            v = settings.beta2 * v + (1 - settings.beta2) * g**2
            mhat, vhat = m / (1 - settings.beta1**t), v / (1 - settings.beta2**t)
            return theta - settings.learning_rate * mhat / np.maximum(np.sqrt(vhat), settings.epsilon), m, v

        return _step(state, grads, settings, update)


class DefaultBetas:
    """The betas are written as 0.9 and 0.999, whatever the settings say."""

    @staticmethod
    def adam_step(state, grads, settings):
        def update(theta, g, m, v, t):
            m = 0.9 * m + 0.1 * g
            v = 0.999 * v + 0.001 * g**2
            mhat, vhat = m / (1 - 0.9**t), v / (1 - 0.999**t)
            return theta - settings.learning_rate * mhat / (np.sqrt(vhat) + settings.epsilon), m, v

        return _step(state, grads, settings, update)
