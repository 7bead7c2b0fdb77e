"""Wrong answers to exercise 14."""

from course.workbook.content import Misconception

FIRST = "m += (1 - settings.beta1) * (g - m)"
SECOND = "v += (1 - settings.beta2) * g * g"
RETURNED = "return TrainingState(state.parameters, state.first_moment, state.second_moment, step)"

LOOP = "    for name, grad in grads.items():"
OLD_STEP = (
    "You took t from state.step, which counts the steps before this one. The first step has t = 1; with t = 0 the "
    "correction divides by 0."
)

MISCONCEPTIONS = (
    Misconception(
        "moments not corrected",
        (
            ("settings.learning_rate / (1 - settings.beta1**step)", "settings.learning_rate"),
            ("1 / sqrt(1 - settings.beta2**step)", "1"),
        ),
        "The bias correction is missing. Both moments start at 0 and are too small at first: divide m by 1 - beta1^t "
        "and v by 1 - beta2^t before they are used.",
    ),
    Misconception(
        "first moment not corrected",
        (("settings.learning_rate / (1 - settings.beta1**step)", "settings.learning_rate"),),
        "You corrected the second moment, but not the first: m is divided by 1 - beta1^t before it is used.",
    ),
    Misconception(
        "second moment not corrected",
        (("1 / sqrt(1 - settings.beta2**step)", "1"),),
        "You corrected the first moment, but not the second: v is divided by 1 - beta2^t before its root is taken.",
    ),
    Misconception(
        "corrected moments kept",
        (
            (
                RETURNED,
                "first = {name: m / (1 - settings.beta1**step) for name, m in state.first_moment.items()}\n"
                "    second = {name: v / (1 - settings.beta2**step) for name, v in state.second_moment.items()}\n"
                "    return TrainingState(state.parameters, first, second, step)",
            ),
        ),
        "You stored the corrected moments. The state keeps m and v as the recursion gives them; mhat and vhat live for "
        "one update only, or the correction would be applied again at every step.",
    ),
    Misconception(
        "correction of the first step at every step",
        (("beta1**step", "beta1"), ("beta2**step", "beta2")),
        "The correction is 1 - beta^t, with t the number of the step: it fades as the moments fill up. You left out "
        "the exponent.",
    ),
    Misconception(
        "correction with the old step",
        (("beta1**step", "beta1**state.step"), ("beta2**step", "beta2**state.step")),
        OLD_STEP,
    ),
    Misconception(
        "correction with the old step, 0 / 0 at the first",
        (
            ("(1 - settings.beta1**step)", "np.float64(1 - settings.beta1**state.step)"),
            ("1 / sqrt(1 - settings.beta2**step)", "1 / np.sqrt(1 - settings.beta2**state.step)"),
        ),
        OLD_STEP,
    ),
    Misconception(
        "correction one step ahead",
        (("beta1**step", "beta1**(step + 1)"), ("beta2**step", "beta2**(step + 1)")),
        "You added 1 twice: t = state.step + 1 is already the number of this step.",
    ),
    Misconception(
        "step not counted",
        ((RETURNED, RETURNED.replace("step)", "state.step)")),),
        "The numbers are right, but the state that you return has the old step. The next correction needs step + 1.",
    ),
    Misconception(
        "beta1 and beta2 exchanged",
        (
            ("1 - settings.beta1**step", "1 - settings.beta2**step"),
            ("sqrt(1 - settings.beta2**step", "sqrt(1 - settings.beta1**step"),
            (FIRST, "m += (1 - settings.beta2) * (g - m)"),
            ("v *= settings.beta2", "v *= settings.beta1"),
            (SECOND, "v += (1 - settings.beta1) * g * g"),
        ),
        "beta1 belongs to the first moment (the mean of g), beta2 to the second (the mean of g^2).",
    ),
    Misconception(
        "beta and 1 - beta exchanged",
        (
            (FIRST, "m += settings.beta1 * (g - m)"),
            ("v *= settings.beta2", "v *= 1 - settings.beta2"),
            (SECOND, "v += settings.beta2 * g * g"),
        ),
        "beta is the weight of the old moment and 1 - beta that of the new gradient. You exchanged them.",
    ),
    Misconception(
        "new gradient at full weight",
        ((FIRST, "m += g - (1 - settings.beta1) * m"), (SECOND, "v += g * g")),
        "The new gradient enters m with the weight 1 - beta1, its square enters v with 1 - beta2. You added them at "
        "full weight, so the moments are sums and no means.",
    ),
    Misconception(
        "epsilon inside the root",
        (("np.sqrt(v) * correction + settings.epsilon", "np.sqrt(v * correction**2 + settings.epsilon)"),),
        "epsilon stands outside of the root: sqrt(vhat) + epsilon. Inside it acts like the root of epsilon, which is "
        "10000 times larger for epsilon = 1e-8.",
    ),
    Misconception(
        "epsilon before the correction",
        (("np.sqrt(v) * correction + settings.epsilon", "(np.sqrt(v) + settings.epsilon) * correction"),),
        "You added epsilon to the root of v and corrected afterwards. Correct v first: sqrt(v / (1 - beta2^t)) + "
        "epsilon. The paper mentions your form as a faster one with another epsilon; algorithm 1 is asked for.",
    ),
    Misconception(
        "epsilon forgotten",
        ((" + settings.epsilon", ""),),
        "epsilon is missing in the denominator. Without it a parameter whose gradients are all 0 divides 0 by 0.",
    ),
    Misconception(
        "gradient not squared",
        ((SECOND, "v += (1 - settings.beta2) * g"),),
        "The second moment is the running mean of g^2. You took g itself, so v can become negative and its root NaN.",
    ),
    Misconception(
        "first moment squared",
        ((SECOND, "v += (1 - settings.beta2) * m * m"),),
        "The second moment is the running mean of the squared gradient. You squared the first moment instead.",
    ),
    Misconception(
        "centred second moment",
        ((SECOND, "v += (1 - settings.beta2) * (g - m) ** 2"),),
        "You took the mean of (g - m)^2, a variance. Adam's second moment is the mean of g^2, without a centre.",
    ),
    Misconception(
        "root forgotten",
        (("np.sqrt(v) * correction +", "v * correction**2 +"),),
        "You divided by vhat. Divide by its root, which has the size of a gradient: then the step does not depend on "
        "the scale of the loss.",
    ),
    Misconception(
        "correction outside of the root",
        (("correction = 1 / sqrt(1 - settings.beta2**step)", "correction = 1 / (1 - settings.beta2**step)"),),
        "The correction of v belongs under the root: sqrt(v / (1 - beta2^t)). You divided the root by 1 - beta2^t.",
    ),
    Misconception(
        "gradient in place of the first moment",
        (("rate * m /", "settings.learning_rate * g /"),),
        "The parameters move along mhat, the running mean of the gradients. You moved them along the gradient itself: "
        "that is RMSProp.",
    ),
    Misconception(
        "first moment before its update",
        (("theta -= rate * m /", "theta -= rate * (m - (1 - settings.beta1) * g) / settings.beta1 /"),),
        "You moved the parameters along the first moment as it was before this gradient. Update m first.",
    ),
    Misconception(
        "sign of the step",
        (("theta -=", "theta +="),),
        "The loss is to fall, so the parameters move against the gradient: subtract the step.",
    ),
    Misconception(
        "correction of the first moment reversed",
        (("learning_rate / (1 - settings.beta1**step)", "learning_rate * (1 - settings.beta1**step)"),),
        "You multiplied by 1 - beta1^t. The young moment is too small, so the correction divides by it.",
    ),
    Misconception(
        "parameters left as they were",
        (("theta -=", "theta = theta -"),),
        "`theta = theta - ...` makes a new array and leaves the one in the state alone. Write `theta -= ...`, or put "
        "the new array into the state that you return.",
    ),
    Misconception(
        "last parameter alone",
        (("    for name, grad in grads.items():", "    for name, grad in list(grads.items())[-1:]:"),),
        "Only the last entry of grads is updated. Every parameter takes a step: check what is inside of the loop.",
    ),
    Misconception(
        "epsilon written as a number",
        (("settings.epsilon", "1e-8"),),
        "You wrote 1e-8 into the formula. epsilon is in the settings, and not everyone takes the default.",
    ),
    Misconception(
        "product in place of the power",
        (
            ("beta1**step", "beta1 * step"),
            (" / sqrt(1 - settings.beta2**step)", " / np.sqrt(1 - settings.beta2 * step)"),
        ),
        "The correction is 1 - beta^t, a power. You multiplied beta by t. From the second step on that is below 0, and "
        "its root NaN.",
    ),
    Misconception(
        "product in place of the power, without its sign",
        (
            ("(1 - settings.beta1**step)", "abs(1 - settings.beta1 * step)"),
            ("sqrt(1 - settings.beta2**step)", "sqrt(abs(1 - settings.beta2 * step))"),
        ),
        "The correction is 1 - beta^t, a power. You multiplied beta by t.",
    ),
    Misconception(
        "old moments returned",
        (
            (
                "    step = state",
                "    moments = state.first_moment, state.second_moment\n"
                "    old = [{name: array.copy() for name, array in one.items()} for one in moments]\n"
                "    step = state",
            ),
            (RETURNED, "return TrainingState(state.parameters, *old, step)"),
        ),
        "The parameters are right, but the state that you return still has the old moments. The next step would forget "
        "this gradient.",
    ),
    Misconception(
        "moments exchanged in the returned state",
        ((RETURNED, "return TrainingState(state.parameters, state.second_moment, state.first_moment, step)"),),
        "The moments are right, but exchanged in the state that you return: first_moment comes before second_moment.",
    ),
    Misconception(
        "one second moment for the whole array",
        (("np.sqrt(v)", "np.sqrt(v.mean())"),),
        "You divided by the mean of the second moment. Every number has a second moment of its own, and its own pace.",
    ),
    Misconception(
        "first parameter alone",
        ((LOOP, "    for name, grad in list(grads.items())[:1]:"),),
        "Only the first entry of grads is updated. Is the return inside of the loop?",
    ),
    Misconception(
        "step counted for every parameter",
        (
            (
                LOOP,
                "    for number, (name, grad) in enumerate(grads.items()):\n"
                "        rate = settings.learning_rate / (1 - settings.beta1 ** (step + number))\n"
                "        correction = 1 / sqrt(1 - settings.beta2 ** (step + number))",
            ),
        ),
        "The first parameter is right, the next has t too large: t is counted up inside of the loop. All parameters "
        "take the same step, so count before the loop.",
    ),
    Misconception(
        "matched by order",
        ((LOOP, "    for name, grad in zip(state.parameters, grads.values()):"),),
        "You went through parameters and gradients side by side, so that the gradient of one met another. The "
        "dictionaries share their names, not their order: look every array up by its name.",
    ),
    Misconception(
        "moments seeded at the first step",
        (
            (FIRST, "m += (g - m) if step == 1 else (1 - settings.beta1) * (g - m)"),
            (SECOND, "v += g * g if step == 1 else (1 - settings.beta2) * g * g"),
        ),
        "At the first step you set m to g and v to g^2. They begin at 0 and take in the gradient with the weight "
        "1 - beta, as at every step; the corrections make up for the 0. With both, the start counts twice.",
    ),
    Misconception(
        "second moment before its update",
        (
            ("            v *= settings.beta2\n", "            old = v.copy()\n            v *= settings.beta2\n"),
            ("np.sqrt(v)", "np.sqrt(old)"),
        ),
        "You divided by the second moment as it was before this gradient. Update v first.",
    ),
    Misconception(
        "epsilon as a floor",
        (("np.sqrt(v) * correction + settings.epsilon", "np.maximum(np.sqrt(v) * correction, settings.epsilon)"),),
        "You used epsilon as the least value of the denominator. It is added to the root, whatever the root is.",
    ),
    Misconception(
        "betas written as numbers",
        (
            ("settings.beta1**step", "0.9**step"),
            ("settings.beta2**step", "0.999**step"),
            (FIRST, "m += (1 - 0.9) * (g - m)"),
            ("v *= settings.beta2", "v *= 0.999"),
            (SECOND, "v += (1 - 0.999) * g * g"),
        ),
        "You wrote 0.9 and 0.999 into the formula. beta1 and beta2 are in the settings, and not everyone takes the "
        "defaults.",
    ),
    Misconception(
        "absolute value for the square",
        (("v += (1 - settings.beta2) * g * g", "v += (1 - settings.beta2) * np.abs(g)"),),
        "v is a running mean of g^2, not of |g|: the root comes in the update.",
    ),
    Misconception(
        "mean of the squared gradients",
        ((SECOND, "v += (1 - settings.beta2) * np.mean(g * g)"),),
        "You took the mean of g^2 over the whole array. Every number has a second moment of its own, and its own pace.",
    ),
)
