"""What can be chosen by name on the command line. Imports nothing slow, since `vae --help` reads it."""

from enum import StrEnum


class LevelName(StrEnum):
    """The three implementations."""

    NUMPY = "numpy"
    LOWLEVEL = "lowlevel"
    PAPER = "paper"


class ArchitectureName(StrEnum):
    """The networks."""

    MLP = "mlp"
    CONV = "conv"


class LikelihoodName(StrEnum):
    """The likelihoods p(x | z)."""

    BERNOULLI = "bernoulli"
    GAUSSIAN = "gaussian"


class Precision(StrEnum):
    """The type of parameters."""

    FLOAT32 = "float32"
    FLOAT64 = "float64"


class Binarization(StrEnum):
    """Whether pixels are drawn anew for each batch, or once and for all."""

    DYNAMIC = "dynamic"
    STATIC = "static"


class Walk(StrEnum):
    """How to walk from one code to another."""

    LINEAR = "linear"
    SPHERICAL = "spherical"
