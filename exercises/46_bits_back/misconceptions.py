"""Wrong answers to exercise 46."""

from course.workbook.content import Misconception

CHOSEN = "z = pop_all(stack, model.posterior(x))"
IMAGE = "push_all(stack, model.likelihood(z), x)"
LATENTS = "push_all(stack, model.prior, z)"
READ_Z = "z = pop_all(stack, model.prior)"
READ_X = "x = pop_all(stack, model.likelihood(z))"
BACK = "push_all(stack, model.posterior(x), z)"
RETURNED = "return x"
MOST = "(model.posterior(x)[:, 1:] - model.posterior(x)[:, :-1]).argmax(axis=1)"
COPY = "stack = Stack(stack.head, list(stack.words))\n    "

MISCONCEPTIONS = (
    Misconception(
        "latents pushed before the image",
        ((IMAGE, LATENTS), (LATENTS + "\n\n\n", IMAGE + "\n\n\n")),
        "You push z first and x on top of it. decode finds x on top, and cannot read it without z: what is needed "
        "first goes on the stack last.",
    ),
    Misconception(
        "latents popped with the prior",
        ((CHOSEN, "z = pop_all(stack, model.prior)"),),
        "You pop z with p(z): what is popped and what is pushed for z then cancel, and z knows nothing of the image. "
        "The likelihood of x under such a z is very low. Pop with q(z | x).",
    ),
    Misconception(
        "the most probable latents taken",
        ((CHOSEN, f"z = {MOST}"),),
        "You take the most probable z and pop nothing. That is a code, but z is paid in full, -log2 p(z) bits, and "
        "nothing comes back. Pop z off the stack with q(z | x).",
    ),
    Misconception(
        "latents read but left on the stack",
        ((CHOSEN, "z = pop_all(Stack(stack.head, list(stack.words)), model.posterior(x))"),),
        "Your z is a sample of q, but its bits are still on the stack: they are stored twice. Popping removes them, "
        "and that is what bits back means.",
    ),
    Misconception(
        "latents pushed with the posterior",
        ((LATENTS + "\n\n\n", "push_all(stack, model.posterior(x), z)\n\n\n"),),
        "You push z with q(z | x). decode would need x for that, and x is what it is to find. What it knows from the "
        "start is p(z).",
    ),
    Misconception(
        "latents not pushed",
        ((LATENTS + "\n\n\n", "pass\n\n\n"),),
        "Your stack does not hold z. Without it nobody can read x.",
    ),
    Misconception(
        "image not pushed",
        ((IMAGE, "pass"),),
        "Your stack holds z, but not the image: push x with p(x | z).",
    ),
    Misconception(
        "likelihood at the most probable latents",
        ((IMAGE, f"push_all(stack, model.likelihood({MOST}), x)"),),
        "You push x with the likelihood at the most probable z, and then push another z. decode reads the z that was "
        "pushed: use that one for both.",
    ),
    Misconception(
        "image pushed from its last pixel",
        ((IMAGE, "push_all(stack, model.likelihood(z)[::-1], x[::-1])"),),
        "You turned the order of the pixels round. push_all takes care of the order: what it pushes, pop_all "
        "gives back.",
    ),
    Misconception(
        "latents pushed in reverse",
        ((LATENTS + "\n\n\n", "push_all(stack, model.prior[::-1], z[::-1])\n\n\n"),),
        "You turned the order of the latents round. push_all takes care of the order: what it pushes, pop_all gives "
        "back.",
    ),
    Misconception(
        "image encoded on a copy of the stack",
        ((CHOSEN, COPY + CHOSEN),),
        "You work on a copy, and the stack that was handed in stays as it was. Change it in place.",
    ),
    Misconception(
        "bits not given back",
        ((BACK, "pass"),),
        "You return the right image, but the stack lacks the bits that encode had popped for z. Without them the image "
        "below cannot be read: push z with q(z | x).",
    ),
    Misconception(
        "bits given back with the prior",
        ((BACK, "push_all(stack, model.prior, z)"),),
        "You push z with p(z). encode popped it with q(z | x), so only q(z | x) puts back the same bits.",
    ),
    Misconception(
        "image put back",
        ((BACK, "push_all(stack, model.likelihood(z), x)"),),
        "You push the image back, which you have just taken off. What encode took off the stack was z, with q(z | x).",
    ),
    Misconception(
        "bits of another image given back",
        ((BACK, "push_all(stack, model.posterior(0 * x), z)"),),
        "You push z with the posterior of an empty image. By now x is known: use q(z | x) of this x.",
    ),
    Misconception(
        "most probable latents given back",
        ((BACK, f"push_all(stack, model.posterior(x), {MOST})"),),
        "You push the most probable z. Push the z that you have read: it is the one that encode popped.",
    ),
    Misconception(
        "image read without its latents",
        ((READ_X, "x = pop_all(stack, model.likelihood(0 * z))"),),
        "You pop x with the likelihood of some other z. The z that lies on top of the image says which table it was "
        "pushed with.",
    ),
    Misconception(
        "latents read with another order of places",
        ((READ_Z, "z = pop_all(stack, model.prior[::-1])[::-1]"),),
        "You pop the latents in the order of push_all. pop_all takes care of it: it begins with the last place.",
    ),
    Misconception(
        "latents read but left on the stack by decode",
        ((READ_Z, "z = pop_all(Stack(stack.head, list(stack.words)), model.prior)"),),
        "You read z and leave it on the stack, so that x is read off the bits of z.",
    ),
    Misconception(
        "image decoded on a copy of the stack",
        ((READ_Z, COPY + READ_Z),),
        "You return the right image, but took it off a copy: the stack that was handed in still holds it.",
    ),
    Misconception(
        "image in reverse",
        ((RETURNED, "return x[::-1]"),),
        "Your image begins with its last pixel. pop_all has already put the pixels in their order.",
    ),
    Misconception(
        "latents of 0 where the stack is too short",
        (
            (
                CHOSEN,
                "from common.errors import OperationFailed\n    import numpy as np\n\n    try:\n        "
                + CHOSEN
                + "\n    except OperationFailed:\n        z = np.zeros(len(model.prior), np.int64)",
            ),
        ),
        "Where the stack is too short to pop z, you go on with another z. decode then pushes back bits that were never "
        "there. Let the error through.",
    ),
)
