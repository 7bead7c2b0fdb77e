"""Wrong answers to exercise 28, written without sight of its misconceptions."""

import numpy as np


class OnlyThePriorMended:
    """z is normal, but the pixels are still cut at 0.5."""

    @staticmethod
    def generate(model, count, rng):
        probability = model.sample(rng.standard_normal((count, model.latents)))
        return (probability > 0.5).astype(np.uint8)


class OnlyThePixelsMended:
    """The pixels are drawn, but z is still uniform on 0 to 1."""

    @staticmethod
    def generate(model, count, rng):
        probability = model.sample(rng.random((count, model.latents)))
        return (rng.random(probability.shape) < probability).astype(np.uint8)


class UniformOnBothSides:
    """z is uniform on -1 to 1."""

    @staticmethod
    def generate(model, count, rng):
        probability = model.sample(rng.uniform(-1, 1, (count, model.latents)))
        return (rng.random(probability.shape) < probability).astype(np.uint8)


class UniformOfVarianceOne:
    """z is uniform with mean 0 and variance 1 instead of normal."""

    @staticmethod
    def generate(model, count, rng):
        eps = (rng.random((count, model.latents)) - 0.5) * np.sqrt(12)
        probability = model.sample(eps)
        return (rng.random(probability.shape) < probability).astype(np.uint8)


class NoFarLatents:
    """z is cut off at -2 and 2, so that no strange images are drawn."""

    @staticmethod
    def generate(model, count, rng):
        eps = np.clip(rng.standard_normal((count, model.latents)), -2, 2)
        probability = model.sample(eps)
        return (rng.random(probability.shape) < probability).astype(np.uint8)


class NarrowPrior:
    """z has the standard deviation 0.8 instead of 1, for cleaner images."""

    @staticmethod
    def generate(model, count, rng):
        probability = model.sample(rng.normal(0, 0.8, (count, model.latents)))
        return (rng.random(probability.shape) < probability).astype(np.uint8)


class UnitLength:
    """z is scaled to length 1 for every image."""

    @staticmethod
    def generate(model, count, rng):
        eps = rng.standard_normal((count, model.latents))
        eps /= np.linalg.norm(eps, axis=1, keepdims=True)
        probability = model.sample(eps)
        return (rng.random(probability.shape) < probability).astype(np.uint8)


class OneLatentForAll:
    """One number is drawn for each image and used for all its latents."""

    @staticmethod
    def generate(model, count, rng):
        eps = np.repeat(rng.standard_normal((count, 1)), model.latents, axis=1)
        probability = model.sample(eps)
        return (rng.random(probability.shape) < probability).astype(np.uint8)


class OneCodeForAllImages:
    """One z is drawn and decoded for all images of a call."""

    @staticmethod
    def generate(model, count, rng):
        probability = model.sample(rng.standard_normal((1, model.latents)))
        return (rng.random((count, *probability.shape[1:])) < probability).astype(np.uint8)


class Antithetic:
    """The second half of the images gets -z of the first half, so that the images are not independent."""

    @staticmethod
    def generate(model, count, rng):
        half = rng.standard_normal(((count + 1) // 2, model.latents))
        probability = model.sample(np.concatenate((half, -half))[:count])
        return (rng.random(probability.shape) < probability).astype(np.uint8)


class CoinsUsedTwice:
    """The coins are drawn for half of the images and used again for the other half."""

    @staticmethod
    def generate(model, count, rng):
        probability = model.sample(rng.standard_normal((count, model.latents)))
        half = rng.random(((count + 1) // 2, *probability.shape[1:]))
        return (np.concatenate((half, half))[:count] < probability).astype(np.uint8)


class OneCoinForAnImage:
    """All pixels of an image share one coin."""

    @staticmethod
    def generate(model, count, rng):
        probability = model.sample(rng.standard_normal((count, model.latents)))
        return (rng.random((count, 1, 1, 1)) < probability).astype(np.uint8)


class OneCoinForAPixel:
    """Each pixel has one coin, shared by all images."""

    @staticmethod
    def generate(model, count, rng):
        probability = model.sample(rng.standard_normal((count, model.latents)))
        return (rng.random(probability.shape[1:]) < probability).astype(np.uint8)


class ChannelsShareACoin:
    """The channels of a pixel share one coin: right for images of one channel."""

    @staticmethod
    def generate(model, count, rng):
        probability = model.sample(rng.standard_normal((count, model.latents)))
        coins = rng.random((count, 1, *probability.shape[2:]))
        return (coins < probability).astype(np.uint8)


class Negative:
    """A pixel is 1 where its uniform number is above its probability."""

    @staticmethod
    def generate(model, count, rng):
        probability = model.sample(rng.standard_normal((count, model.latents)))
        return (rng.random(probability.shape) > probability).astype(np.uint8)


class NormalCoins:
    """The coins are normal instead of uniform."""

    @staticmethod
    def generate(model, count, rng):
        probability = model.sample(rng.standard_normal((count, model.latents)))
        return (rng.standard_normal(probability.shape) < probability).astype(np.uint8)


class OwnCoins:
    """The coins come from a generator of their own with a fixed seed, the same in every call."""

    @staticmethod
    def generate(model, count, rng):
        probability = model.sample(rng.standard_normal((count, model.latents)))
        coins = np.random.default_rng(0).random(probability.shape)
        return (coins < probability).astype(np.uint8)


class GlobalCoins:
    """The coins come from numpy's global generator instead of rng."""

    @staticmethod
    def generate(model, count, rng):
        probability = model.sample(rng.standard_normal((count, model.latents)))
        return (np.random.random(probability.shape) < probability).astype(np.uint8)  # noqa: NPY002


class BatchesOf100:
    """The images are drawn in batches of 100, and the rest that fills no batch is left out."""

    @staticmethod
    def generate(model, count, rng):
        batches = []
        for _ in range(max(count // 100, 1)):
            probability = model.sample(rng.standard_normal((100, model.latents)))
            batches.append((rng.random(probability.shape) < probability).astype(np.uint8))
        return np.concatenate(batches)


class MeanImages:
    """The probabilities are returned instead of draws."""

    @staticmethod
    def generate(model, count, rng):
        return model.sample(rng.standard_normal((count, model.latents)))


class CutBeforeTheType:
    """The probabilities themselves are turned into whole numbers, so that every pixel is 0."""

    @staticmethod
    def generate(model, count, rng):
        return model.sample(rng.standard_normal((count, model.latents))).astype(np.uint8)


class SharpenedCoins:
    """Probabilities below 0.1 and above 0.9 are made 0 and 1 before the draw, against single stray pixels."""

    @staticmethod
    def generate(model, count, rng):
        probability = model.sample(rng.standard_normal((count, model.latents)))
        probability = np.where(probability < 0.1, 0, np.where(probability > 0.9, 1, probability))
        return (rng.random(probability.shape) < probability).astype(np.uint8)
