"""Right answers to exercise 47 in other styles."""

import numpy as np


class Loops:
    """One number at a time."""

    @staticmethod
    def couple(x, network, bound):
        half = x.shape[1] // 2
        raw, shift = network(x[:, :half])
        y, log_det = x.copy(), np.zeros(len(x))
        for image, channel, row, column in np.ndindex(raw.shape):
            s = bound * np.tanh(raw[image, channel, row, column] / bound)
            y[image, half + channel, row, column] *= np.exp(s)
            y[image, half + channel, row, column] += shift[image, channel, row, column]
            log_det[image] += s
        return y, log_det

    @staticmethod
    def uncouple(y, network, bound):
        half = y.shape[1] // 2
        raw, shift = network(y[:, :half])
        x = y.copy()
        for image, channel, row, column in np.ndindex(raw.shape):
            s = bound * np.tanh(raw[image, channel, row, column] / bound)
            x[image, half + channel, row, column] -= shift[image, channel, row, column]
            x[image, half + channel, row, column] /= np.exp(s)
        return x


class AllChannels:
    """Log-scales and shifts of all channels, 0 for those that are kept."""

    @staticmethod
    def padded(x, network, bound):
        half = x.shape[1] // 2
        raw, shift = network(x[:, :half])
        s, t = np.zeros(x.shape), np.zeros(x.shape)
        s[:, half:], t[:, half:] = bound * np.tanh(raw / bound), shift
        return s, t

    @staticmethod
    def couple(x, network, bound):
        s, t = AllChannels.padded(x, network, bound)
        return x * np.exp(s) + t, np.einsum("bchw->b", s)

    @staticmethod
    def uncouple(y, network, bound):
        s, t = AllChannels.padded(y, network, bound)
        return (y - t) * np.exp(-s)


class Diagonal:
    """The determinant from the diagonal of the Jacobian, and tanh from a sigmoid."""

    @staticmethod
    def scale(raw, bound):
        return np.exp(bound * (2 / (1 + np.exp(-np.clip(2 * raw / bound, -700, 700))) - 1))

    @staticmethod
    def couple(x, network, bound):
        kept, moved = x[:, : x.shape[1] // 2], x[:, x.shape[1] // 2 :]
        raw, shift = network(kept)
        scale = Diagonal.scale(raw, bound)
        y = np.concatenate((kept, np.add(np.multiply(scale, moved), shift)), axis=1)
        return y, np.log(scale.reshape(len(x), -1)).sum(axis=-1)

    @staticmethod
    def uncouple(y, network, bound):
        kept, moved = y[:, : y.shape[1] // 2], y[:, y.shape[1] // 2 :]
        raw, shift = network(kept)
        return np.concatenate((kept, (moved - shift) / Diagonal.scale(raw, bound)), axis=1)


class ImageByImage:
    """One image after the other, each sent through the network alone."""

    @staticmethod
    def couple(x, network, bound):
        images, sums = [], []
        for one in x:
            half = len(one) // 2
            raw, shift = (made[0] for made in network(one[None, :half]))
            s = bound * np.tanh(raw / bound)
            images.append(np.vstack([one[:half], one[half:] * np.exp(s) + shift]))
            sums.append(float(s.sum()))
        return np.stack(images), np.array(sums)

    @staticmethod
    def uncouple(y, network, bound):
        images = []
        for one in y:
            half = len(one) // 2
            raw, shift = (made[0] for made in network(one[None, :half]))
            images.append(np.vstack([one[:half], (one[half:] - shift) / np.exp(bound * np.tanh(raw / bound))]))
        return np.stack(images)


class SinglePrecision:
    """The same in float32."""

    @staticmethod
    def couple(x, network, bound):
        kept, moved = np.split(np.asarray(x, np.float32), [x.shape[1] // 2], axis=1)
        raw, shift = (np.asarray(one, np.float32) for one in network(kept))
        s = np.float32(bound) * np.tanh(raw / np.float32(bound))
        return np.concatenate([kept, moved * np.exp(s) + shift], axis=1), s.sum(axis=(1, 2, 3))

    @staticmethod
    def uncouple(y, network, bound):
        kept, moved = np.split(np.asarray(y, np.float32), [y.shape[1] // 2], axis=1)
        raw, shift = (np.asarray(one, np.float32) for one in network(kept))
        s = np.float32(bound) * np.tanh(raw / np.float32(bound))
        return np.concatenate([kept, (moved - shift) * np.exp(-s)], axis=1)
