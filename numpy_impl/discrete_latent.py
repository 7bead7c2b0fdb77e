"""A latent variable with a handful of states: log p(x), the ELBO and the gap between them are sums, not estimates."""

import numpy as np
from jaxtyping import Float

from numpy_impl.operations import Array


def log_evidence(log_joint: Float[Array, "batch states"]) -> Float[Array, " batch"]:
    """log p(x) = log sum_z p(x, z) for every image, in nats, from log p(x, z) of every state z.

    Exact also where p(x, z) is too small for a float. Source: Kingma & Welling 2013, section 2.1.
    """
    largest = log_joint.max(axis=1)
    return largest + np.log(np.exp(log_joint - largest[:, None]).sum(axis=1))


def elbo(log_joint: Float[Array, "batch states"], q: Float[Array, "batch states"]) -> Float[Array, " batch"]:
    """E_q[log p(x, z) - log q(z | x)] for every image, in nats; ``q`` holds the probabilities q(z | x).

    A state with q = 0 adds nothing, whatever p(x, z) is there. Source: Kingma & Welling 2013, eq. 2.
    """
    log_q = np.log(np.where(q > 0, q, 1))
    return (q * np.where(q > 0, log_joint - log_q, 0)).sum(axis=1)


def gap(log_joint: Float[Array, "batch states"], q: Float[Array, "batch states"]) -> Float[Array, " batch"]:
    """KL(q(z | x) || p(z | x)) = E_q[log q(z | x) - log p(z | x)] for every image, in nats.

    It is what the ELBO lacks of log p(x), and 0 where q is the posterior. A state with q = 0 adds nothing. Source:
    Kingma & Welling 2013, eq. 1.
    """
    log_posterior = log_joint - log_evidence(log_joint)[:, None]
    log_ratio = np.log(np.where(q > 0, q, 1)) - log_posterior
    return (q * np.where(q > 0, log_ratio, 0)).sum(axis=1)
