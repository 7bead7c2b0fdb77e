"""Wrong answers to exercise 00."""

from course.workbook.content import Misconception

EVIDENCE = "return largest + np.log(np.exp(log_joint - largest[:, None]).sum(axis=1))"
ELBO = "return (q * np.where(q > 0, log_joint - log_q, 0)).sum(axis=1)"
LOG_Q, LOG_RATIO = "log_q = np.log(np.where(q > 0, q, 1))", "log_ratio = np.log(np.where(q > 0, q, 1))"
GAP = "return (q * np.where(q > 0, log_ratio, 0)).sum(axis=1)"
ELBO_UNMASKED = (ELBO, "return (q * (log_joint - log_q)).sum(axis=1)")
GAP_UNMASKED = (GAP, "return (q * log_ratio).sum(axis=1)")

MISCONCEPTIONS = (
    Misconception(
        "small number inside the log",
        ((LOG_Q, "log_q = np.log(q + 1e-6)"), (LOG_RATIO, "log_ratio = np.log(q + 1e-6)")),
        "A small number added inside a log avoids log 0, but makes every other term a little wrong. Treat the states "
        "with q = 0 apart, with np.where; then nothing needs to be added.",
    ),
    Misconception(
        "exponentials that are all 0",
        ((EVIDENCE, "return np.log(np.exp(log_joint).sum(axis=1))"),),
        "exp(-1000) is 0 in floating point, and log 0 is minus infinity. Subtract the largest number of every row "
        "before exp, and add it again after log.",
    ),
    Misconception(
        "floor under a vanished sum",
        ((EVIDENCE, "return np.log(np.exp(log_joint).sum(axis=1) + 1e-12)"),),
        "Near -1000 every exponential is 0, and all that is left is the small number you added. Subtract the largest "
        "number of every row before exp, and add it again after log.",
    ),
    Misconception(
        "one largest number for the whole batch",
        (
            ("largest = log_joint.max(axis=1)", "largest = log_joint.max()"),
            (EVIDENCE, EVIDENCE.replace("largest[:, None]", "largest")),
        ),
        "You subtracted the largest number of the whole batch. An image far below it still gives exp(...) = 0. Every "
        "row needs its own: max over axis 1.",
    ),
    Misconception(
        "mean over the states",
        ((EVIDENCE, EVIDENCE.replace(".sum(", ".mean(")),),
        "p(x) is the sum of p(x, z) over the states, not their mean: the probability of every state is in p(x, z) "
        "already.",
    ),
    Misconception(
        "sum of the logs",
        ((EVIDENCE, "return log_joint.sum(axis=1)"),),
        "You added log p(x, z). A sum of logs is the log of a product; p(x) is a sum, so the sum stands inside of the "
        "log.",
    ),
    Misconception(
        "log forgotten",
        ((EVIDENCE, "return np.exp(log_joint).sum(axis=1)"),),
        "This is p(x); log p(x) is asked for. With real images p(x) itself is too small for a floating point number.",
    ),
    Misconception(
        "likeliest state alone",
        ((EVIDENCE, "return largest"),),
        "The likeliest state stands for the whole sum here. The other states belong to log p(x) too; the largest "
        "number is taken out of the sum only for the sake of precision.",
    ),
    Misconception(
        "largest number not added again",
        ((EVIDENCE, EVIDENCE.replace("largest + ", "")),),
        "The largest number was subtracted before exp and never added again: log sum exp(a) = m + log sum exp(a - m).",
    ),
    Misconception(
        "summed over the batch",
        (
            ("largest = log_joint.max(axis=1)", "largest = log_joint.max(axis=0)"),
            (EVIDENCE, "return largest + np.log(np.exp(log_joint - largest).sum(axis=0))"),
            ("log_evidence(log_joint)[:, None]", "np.logaddexp.reduce(log_joint, axis=1)[:, None]"),
            (ELBO, ELBO.replace("axis=1", "axis=0")),
            (GAP, GAP.replace("axis=1", "axis=0")),
        ),
        "The sum runs over the states, axis 1. Axis 0 are the images, and each of them has a number of its own.",
    ),
    Misconception(
        "averaged over the batch",
        (
            (EVIDENCE, EVIDENCE.replace("return ", "return np.mean(") + ")"),
            ("log_evidence(log_joint)[:, None]", "np.logaddexp.reduce(log_joint, axis=1)[:, None]"),
            (ELBO, ELBO + ".mean()"),
            (GAP, GAP + ".mean()"),
        ),
        "One number an image is asked for. The mean over the batch comes when a training loss is made.",
    ),
    Misconception(
        "log of zero",
        ((LOG_Q, "log_q = np.log(q)"), ELBO_UNMASKED, (LOG_RATIO, "log_ratio = np.log(q)"), GAP_UNMASKED),
        "0 times log 0 is NaN for a computer. A state with q = 0 adds 0 to the sum: replace log q where q is 0, with "
        "np.where, before you multiply.",
    ),
    Misconception(
        "entropy forgotten",
        ((ELBO, "return (q * log_joint).sum(axis=1)"),),
        "This is E_q[log p(x, z)]. The ELBO has a second term, -E_q[log q(z)], the entropy of q. Without it the best q "
        "puts everything on one state.",
    ),
    Misconception(
        "sign of the entropy",
        ((ELBO, ELBO.replace("log_joint - log_q", "log_joint + log_q")),),
        "log q(z) is subtracted. With a plus the bound rewards a q that is sure of itself; it is no bound of log p(x).",
    ),
    Misconception(
        "sign of the ELBO",
        ((ELBO, ELBO.replace("log_joint - log_q", "log_q - log_joint")),),
        "This is -ELBO, the loss that is minimised. The ELBO itself is E_q[log p(x, z) - log q(z)].",
    ),
    Misconception(
        "joint not in logs",
        ((ELBO, ELBO.replace("log_joint - log_q", "np.exp(log_joint) - log_q")),),
        "The first term is E_q[log p(x, z)], and the argument holds logs already: no exp here.",
    ),
    Misconception(
        "every state counted the same",
        ((ELBO, "return (log_joint - log_q).mean(axis=1)"), (GAP, "return log_ratio.mean(axis=1)")),
        "You took the plain mean over the states. An expectation under q weighs every state with q(z).",
    ),
    Misconception(
        "weights forgotten",
        ((ELBO, "return (log_joint - log_q).sum(axis=1)"), (GAP, "return log_ratio.sum(axis=1)")),
        "You added the terms of all states. An expectation under q weighs every state with q(z).",
    ),
    Misconception(
        "log of the expectation",
        (
            (
                ELBO,
                "top = log_joint.max(axis=1, keepdims=True)\n"
                "    return top[:, 0] + np.log((q * np.exp(log_joint - top)).sum(axis=1)) - (q * log_q).sum(axis=1)",
            ),
        ),
        "The first term is the expectation of log p(x, z), not the log of the expectation of p(x, z). By Jensen's "
        "inequality the two differ, and with the log outside it is no lower bound.",
    ),
    Misconception(
        "reverse KL",
        ((GAP, "return (np.exp(log_posterior) * -log_ratio).sum(axis=1)"),),
        "This is KL(p(z | x) || q). The gap of the ELBO is KL(q || p(z | x)): the average is over q.",
    ),
    Misconception(
        "posterior not normalised",
        (("log_posterior = log_joint - log_evidence(log_joint)[:, None]", "log_posterior = log_joint"),),
        "You compared q with p(x, z), which does not sum to 1 over z. The posterior is p(x, z) / p(x): subtract log "
        "p(x).",
    ),
    Misconception(
        "sign of the gap",
        ((GAP, GAP.replace("log_ratio", "-log_ratio")),),
        "The sign is reversed. A KL divergence is never negative: E_q[log q - log p(z | x)].",
    ),
    Misconception(
        "gap without the entropy",
        ((LOG_RATIO + " - log_posterior", "log_ratio = -log_posterior"),),
        "This is the cross entropy -E_q[log p(z | x)]. The KL divergence has the term E_q[log q(z)] as well.",
    ),
    Misconception(
        "distance in place of the KL",
        ((GAP, "return np.abs(q - np.exp(log_posterior)).sum(axis=1)"),),
        "You added up differences of probabilities. The gap is a KL divergence: an average, under q, of log q minus "
        "log p(z | x).",
    ),
    Misconception(
        "log p(x) for the ELBO",
        ((ELBO, "return log_evidence(log_joint)"),),
        "This is log p(x), what the ELBO stays below. The ELBO depends on q: E_q[log p(x, z) - log q(z)].",
    ),
    Misconception(
        "posterior for the joint",
        ((ELBO, "return (q * (log_joint - log_evidence(log_joint)[:, None] - log_q)).sum(axis=1)"),),
        "You took log p(z | x) for log p(x, z). Then minus the gap comes out: log p(x) was subtracted from the ELBO.",
    ),
    Misconception(
        "average over the posterior",
        (
            (
                ELBO,
                "posterior = np.exp(log_joint - log_evidence(log_joint)[:, None])\n"
                "    return (posterior * (log_joint - log_q)).sum(axis=1)",
            ),
        ),
        "You averaged over the posterior. The ELBO averages over q; that is what makes it computable when the "
        "posterior is not known.",
    ),
    Misconception(
        "ELBO added to log p(x)",
        ((GAP, "return log_evidence(log_joint) + elbo(log_joint, q)"),),
        "The gap is what the ELBO lacks of log p(x): subtract the ELBO, do not add it.",
    ),
    Misconception(
        "q cut off at a small number",
        (
            (LOG_Q, "q = np.clip(q, 1e-6, 1)\n    log_q = np.log(q)"),
            (LOG_RATIO, "q = np.clip(q, 1e-6, 1)\n    log_ratio = np.log(q)"),
        ),
        "You raised q = 0 to a small number. A state that q rules out then adds a little to the sum, and the row sums "
        "to more than 1. It adds exactly 0: change q inside of the log alone, with np.where.",
    ),
    Misconception(
        "whole image set to 0",
        (
            (LOG_Q, "log_q = np.log(q)"),
            (ELBO, "return np.nan_to_num((q * (log_joint - log_q)).sum(axis=1))"),
            (LOG_RATIO, "log_ratio = np.log(q)"),
            (GAP, "return np.nan_to_num((q * log_ratio).sum(axis=1))"),
        ),
        "0 times log 0 made the whole sum NaN, and you set the sum to 0. Only that one term counts as 0. The other "
        "states of the image still count.",
    ),
    Misconception(
        "terms of the gap cut off at 0",
        ((GAP, "return np.maximum(q * log_ratio, 0).sum(axis=1)"),),
        "You cut every term off at 0. Only the whole sum of a KL divergence is never negative; the term of a state "
        "with q(z) < p(z | x) is negative, and must count.",
    ),
    Misconception(
        "three states assumed",
        (
            (EVIDENCE, EVIDENCE.replace(".sum(axis=1)", "[:, :3].sum(axis=1)")),
            (ELBO, ELBO.replace(".sum(axis=1)", "[:, :3].sum(axis=1)")),
            ("log_evidence(log_joint)[:, None]", "np.logaddexp.reduce(log_joint, axis=1)[:, None]"),
            (GAP, GAP.replace(".sum(axis=1)", "[:, :3].sum(axis=1)")),
        ),
        "You used the first three states. Three is only the example: sum over all columns, log_joint.shape[1] of them.",
    ),
    Misconception(
        "log of a posterior that is 0",
        (
            (
                "log_posterior = log_joint - log_evidence(log_joint)[:, None]",
                "log_posterior = np.log(np.exp(log_joint - log_evidence(log_joint)[:, None]))",
            ),
        ),
        "You make the posterior first, as a softmax does, and take its log. Where the posterior is below 1e-323 it "
        "is 0 for a computer, and its log minus infinity. Stay with logs: log p(x, z) minus log p(x).",
    ),
    Misconception(
        "absolute values of the log ratio",
        ((GAP, GAP.replace("log_ratio, 0", "np.abs(log_ratio), 0")),),
        "You took absolute values of log q - log p(z | x). Single states may have a negative term; their sum never is.",
    ),
    Misconception(
        "small probabilities left out",
        (
            (LOG_Q, LOG_Q.replace("q > 0", "q > 1e-3")),
            (ELBO, ELBO.replace("q > 0", "q > 1e-3")),
            (LOG_RATIO, LOG_RATIO.replace("q > 0", "q > 1e-3")),
            (GAP, GAP.replace("q > 0", "q > 1e-3")),
        ),
        "You leave out states with a small q, not only those with q = 0. Where log p(x, z) is -1000, a q of 0.0005 "
        "still counts half a nat.",
    ),
)
