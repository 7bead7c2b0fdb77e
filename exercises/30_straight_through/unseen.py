"""Wrong answers to exercise 30 besides its misconceptions."""

import numpy as np


class SoftChoice:
    """nearest_codes weighs the codes by exp(-distance) and rounds the mean index."""

    @staticmethod
    def nearest_codes(z_e, codebook):
        weight = np.exp(-((z_e[:, None] - codebook) ** 2).sum(axis=2))
        return np.round(weight @ np.arange(len(codebook)) / weight.sum(axis=1)).astype(int)


class FirstNumberOnly:
    """nearest_codes compares the first of the D numbers and forgets the others."""

    @staticmethod
    def nearest_codes(z_e, codebook):
        return np.abs(z_e[:, :1] - codebook[:, 0]).argmin(axis=1)


class NearestByAngle:
    """nearest_codes takes the code with the largest cosine."""

    @staticmethod
    def nearest_codes(z_e, codebook):
        unit = codebook / np.linalg.norm(codebook, axis=1, keepdims=True)
        return (z_e @ unit.T).argmax(axis=1)


class SignedDifferences:
    """nearest_codes adds up differences with their signs, so that they cancel."""

    @staticmethod
    def nearest_codes(z_e, codebook):
        return np.abs((z_e[:, None] - codebook).sum(axis=2)).argmin(axis=1)


class CodebookIsTaught:
    """The pullback of straight_through sends dz_q to the codes in place of z_e."""

    @staticmethod
    def straight_through(z_e, codebook):
        codes = ((z_e[:, None] - codebook) ** 2).sum(axis=2).argmin(axis=1)

        def pullback(dz_q):
            dcodebook = np.zeros_like(codebook)
            np.add.at(dcodebook, codes, dz_q)
            return dcodebook

        return codebook[codes], codes, pullback


class ConstantIsAdded:
    """The pullback adds the constant z_q - z_e, which belongs to the value."""

    @staticmethod
    def straight_through(z_e, codebook):
        codes = ((z_e[:, None] - codebook) ** 2).sum(axis=2).argmin(axis=1)
        return codebook[codes], codes, lambda dz_q: dz_q + codebook[codes] - z_e


class MeanOfTheRows:
    """The pullback of straight_through divides by the number of rows."""

    @staticmethod
    def straight_through(z_e, codebook):
        codes = ((z_e[:, None] - codebook) ** 2).sum(axis=2).argmin(axis=1)
        return codebook[codes], codes, lambda dz_q: dz_q / len(dz_q)


class AveragedInsteadOfDescended:
    """The pullback of codebook_loss returns the mean of the rows of each code, as a moving average would."""

    @staticmethod
    def codebook_loss(z_e, codebook, codes):
        def pullback(dy):
            return np.array([z_e[codes == k].mean(axis=0) if (codes == k).any() else e for k, e in enumerate(codebook)])

        return ((codebook[codes] - z_e) ** 2).sum(axis=1), pullback


class SumsCarriedOver:
    """dcodebook starts at zero only once, so that a second call adds to the first."""

    @staticmethod
    def codebook_loss(z_e, codebook, codes):
        dcodebook = np.zeros_like(codebook)

        def pullback(dy):
            np.add.at(dcodebook, codes, 2 * dy[:, None] * (codebook[codes] - z_e))
            return dcodebook

        return ((codebook[codes] - z_e) ** 2).sum(axis=1), pullback


class MeanOfDy:
    """The pullback of codebook_loss gives every row the mean of dy."""

    @staticmethod
    def codebook_loss(z_e, codebook, codes):
        def pullback(dy):
            dcodebook = np.zeros_like(codebook)
            np.add.at(dcodebook, codes, 2 * dy.mean() * (codebook[codes] - z_e))
            return dcodebook

        return ((codebook[codes] - z_e) ** 2).sum(axis=1), pullback


class CommitmentToTheCodebook:
    """The pullback of commitment_loss moves the codes: its stop-gradient stands on the wrong side."""

    @staticmethod
    def commitment_loss(z_e, codebook, codes):
        def pullback(dy):
            dcodebook = np.zeros_like(codebook)
            np.add.at(dcodebook, codes, 2 * dy[:, None] * (codebook[codes] - z_e))
            return dcodebook

        return ((z_e - codebook[codes]) ** 2).sum(axis=1), pullback


class BetaTwice:
    """The pullback of commitment_loss multiplies by beta = 0.25, which is in dy already."""

    @staticmethod
    def commitment_loss(z_e, codebook, codes):
        difference = z_e - codebook[codes]
        return (difference**2).sum(axis=1), lambda dy: 0.5 * dy[:, None] * difference


class DistanceNotSquared:
    """The pullback of commitment_loss is that of the distance itself: a unit vector."""

    @staticmethod
    def commitment_loss(z_e, codebook, codes):
        difference = z_e - codebook[codes]
        far = np.linalg.norm(difference, axis=1, keepdims=True)
        return (difference**2).sum(axis=1), lambda dy: dy[:, None] * difference / far
