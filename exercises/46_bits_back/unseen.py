"""Wrong answers to exercise 46 by someone who had not read the list."""

from paper.bits_back.stack import Stack
from paper.bits_back.tables import pop_all, push_all


class NothingGivenBack:
    """Decode does not give the bits back."""

    @staticmethod
    def decode(stack, model):
        z = pop_all(stack, model.prior)
        x = pop_all(stack, model.likelihood(z))
        return x


class OnACopy:
    """Works on a copy: the caller's stack stays as it was."""

    @staticmethod
    def encode(stack, x, model):
        stack = Stack(stack.head, list(stack.words))
        z = pop_all(stack, model.posterior(x))
        push_all(stack, model.likelihood(z), x)
        push_all(stack, model.prior, z)


class PriorFirst:
    """The prior's push comes before the likelihood's."""

    @staticmethod
    def encode(stack, x, model):
        z = pop_all(stack, model.posterior(x))
        push_all(stack, model.prior, z)
        push_all(stack, model.likelihood(z), x)


class ZerosWhereTooShort:
    """Where the stack is too short, z = 0 is taken without an error."""

    @staticmethod
    def encode(stack, x, model):
        before = (stack.head, list(stack.words))
        try:
            z = pop_all(stack, model.posterior(x))
        except Exception:
            stack.head, stack.words[:] = (before[0], before[1])
            z = 0 * pop_all(Stack(2**40, [1] * 10000), model.posterior(x))
        push_all(stack, model.likelihood(z), x)
        push_all(stack, model.prior, z)


class PriorForPosterior:
    """Z is chosen with the prior, in both directions."""

    @staticmethod
    def encode(stack, x, model):
        z = pop_all(stack, model.prior)
        push_all(stack, model.likelihood(z), x)
        push_all(stack, model.prior, z)

    @staticmethod
    def decode(stack, model):
        z = pop_all(stack, model.prior)
        x = pop_all(stack, model.likelihood(z))
        push_all(stack, model.prior, z)
        return x


class ImageEmptied:
    """Decode's result is remembered and the image emptied: encode sets x to 0."""

    @staticmethod
    def encode(stack, x, model):
        z = pop_all(stack, model.posterior(x))
        push_all(stack, model.likelihood(z), x)
        push_all(stack, model.prior, z)
        x[:] = 0


class ReturnsTheLatents:
    """Decode returns z."""

    @staticmethod
    def decode(stack, model):
        z = pop_all(stack, model.prior)
        x = pop_all(stack, model.likelihood(z))
        push_all(stack, model.posterior(x), z)
        return z
