"""Right answers to exercise 14 in other styles."""

import numpy as np

from common.state import TrainingState


class FromTheFormula:
    """New arrays throughout; the old state stays as it was."""

    @staticmethod
    def adam_step(state, grads, settings):
        t = state.step + 1
        theta, first, second = {}, {}, {}
        for name, g in grads.items():
            first[name] = settings.beta1 * state.first_moment[name] + (1 - settings.beta1) * g
            second[name] = settings.beta2 * state.second_moment[name] + (1 - settings.beta2) * g**2
            m_hat = first[name] / (1 - settings.beta1**t)
            v_hat = second[name] / (1 - settings.beta2**t)
            theta[name] = state.parameters[name] - settings.learning_rate * m_hat / (np.sqrt(v_hat) + settings.epsilon)
        return TrainingState(theta, first, second, t)


class InPlaceNumberByNumber:
    """A loop over single numbers that updates the arrays of the state, with the corrections in the learning rate."""

    @staticmethod
    def adam_step(state, grads, settings):
        t = state.step + 1
        beta1, beta2 = settings.beta1, settings.beta2
        root = (1 - beta2**t) ** 0.5
        for name in grads:
            theta, m, v = state.parameters[name], state.first_moment[name], state.second_moment[name]
            for index in np.ndindex(theta.shape):
                g = grads[name][index]
                m[index] = beta1 * m[index] + (1 - beta1) * g
                v[index] = beta2 * v[index] + (1 - beta2) * g * g
                step_size = settings.learning_rate * root / (1 - beta1**t)
                theta[index] -= step_size * m[index] / (v[index] ** 0.5 + settings.epsilon * root)
        return TrainingState(state.parameters, state.first_moment, state.second_moment, t)


class SinglePrecision:
    """New arrays in float32."""

    @staticmethod
    def adam_step(state, grads, settings):
        t = state.step + 1
        old = (state.parameters, state.first_moment, state.second_moment)
        new = [{name: array.astype(np.float32) for name, array in arrays.items()} for arrays in old]
        for name, grad in grads.items():
            theta, m, v = (arrays[name] for arrays in new)
            g = grad.astype(np.float32)
            m[...] = m + (1 - settings.beta1) * (g - m)
            v[...] = v + (1 - settings.beta2) * (g * g - v)
            denominator = np.sqrt(v / (1 - settings.beta2**t)) + settings.epsilon
            theta -= settings.learning_rate / (1 - settings.beta1**t) * m / denominator
        return TrainingState(*new, step=t)
