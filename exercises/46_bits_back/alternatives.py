"""Right answers to exercise 46 in other styles."""

from bisect import bisect_right

import numpy as np

from paper.bits_back.stack import TOTAL, peek, pop, push
from paper.bits_back.tables import pop_all, push_all


class SymbolBySymbol:
    """Without push_all and pop_all."""

    @staticmethod
    def encode(stack, x, model):
        z = []
        for row in model.posterior(x)[::-1].tolist():
            symbol = bisect_right(row, peek(stack)) - 1
            pop(stack, row[symbol], row[symbol + 1] - row[symbol])
            z.insert(0, symbol)
        z = np.array(z)
        for table, symbols in ((model.likelihood(z), x), (model.prior, z)):
            for row, symbol in zip(table.tolist(), symbols.tolist(), strict=True):
                push(stack, row[symbol], row[symbol + 1] - row[symbol])

    @staticmethod
    def decode(stack, model):
        def read(table):
            symbols = np.empty(len(table), int)
            for place in reversed(range(len(table))):
                symbols[place] = np.sum(table[place] <= stack.head % TOTAL) - 1
                start, end = (int(one) for one in table[place][symbols[place] : symbols[place] + 2])
                pop(stack, start, end - start)
            return symbols

        z = read(model.prior)
        x = read(model.likelihood(z))
        for row, symbol in zip(model.posterior(x), z, strict=True):
            push(stack, int(row[symbol]), int(row[symbol + 1] - row[symbol]))
        return x


class Lists:
    """Symbols as lists where nobody asks for arrays."""

    @staticmethod
    def encode(stack, x, model):
        z = list(pop_all(stack, model.posterior(x)))
        push_all(stack, model.likelihood(np.array(z)), np.array(list(x)))
        push_all(stack, model.prior, np.array(z))

    @staticmethod
    def decode(stack, model):
        z = pop_all(stack, model.prior)
        x = pop_all(stack, model.likelihood(z))
        push_all(stack, model.posterior(x), z)
        return x.tolist()


class Recursion:
    """The posterior is popped around the pushes."""

    @staticmethod
    def encode(stack, x, model):
        def put(tables):
            (table, symbols), *rest = tables
            push_all(stack, table, symbols)
            if rest:
                put(rest)

        z = pop_all(stack, model.posterior(x))
        put([(model.likelihood(z), x), (model.prior, z)])

    @staticmethod
    def decode(stack, model):
        def give_back(z, x):
            push_all(stack, model.posterior(x), z)
            return x

        def read(z):
            return give_back(z, pop_all(stack, model.likelihood(z)))

        return read(pop_all(stack, model.prior))


class OnASecondStack:
    """Everything on a copy, whose content then replaces that of the stack."""

    @staticmethod
    def encode(stack, x, model):
        made = type(stack)(stack.head, stack.words.copy())
        z = pop_all(made, model.posterior(x))
        push_all(made, model.likelihood(z), x)
        push_all(made, model.prior, z)
        stack.head, stack.words = made.head, made.words

    @staticmethod
    def decode(stack, model):
        made = type(stack)(stack.head, stack.words.copy())
        z = pop_all(made, model.prior)
        x = pop_all(made, model.likelihood(z))
        push_all(made, model.posterior(x), z)
        stack.head, stack.words = made.head, made.words
        return x
