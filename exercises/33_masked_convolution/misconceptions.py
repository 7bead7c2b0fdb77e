"""Wrong answers to exercise 33."""

from course.workbook.content import Misconception

EVEN = "kernel % 2 == 0"
ABOVE = "mask[:centre] = True"
LEFT = "mask[centre, : centre + itself] = True"
MADE = "return mask"
MASK = "causal_mask(weight.shape[2], itself)"
MASKED = "conv2d(x, weight * mask,"
CONVOLVED = "y, unmasked = conv2d(x, weight * mask, bias, 1, weight.shape[2] // 2)"
PULLED = "dx, dweight, dbias = unmasked(dy)"
GRADIENTS = "return dx, dweight * mask, dbias"

MISCONCEPTIONS = (
    Misconception(
        "mask A lets the centre through",
        ((LEFT, LEFT.replace("+ itself", "+ 1")),),
        "Your mask always sees the centre. Without `itself` the centre is what is to be predicted: with it in sight "
        "the layer copies the answer.",
    ),
    Misconception(
        "mask B hides the centre",
        ((LEFT, LEFT.replace("+ itself", "")),),
        "Your mask never sees the centre. With `itself` it does: a later layer would otherwise lose what stands at its "
        "own place.",
    ),
    Misconception(
        "masks A and B exchanged",
        ((LEFT, LEFT.replace("+ itself", "+ (not itself)")),),
        "The centre is seen if `itself`, and hidden otherwise. You have it the other way.",
    ),
    Misconception(
        "centre row hidden",
        ((LEFT, "mask[centre, centre] = itself"),),
        "The row of the centre is hidden, but for the centre. What is left of the centre comes before it, and is seen.",
    ),
    Misconception(
        "whole centre row hidden",
        ((f"    {LEFT}\n", ""),),
        "Your mask sees the rows above alone. In the row of the centre, what is left of it comes before it; with "
        "`itself` the centre is seen as well.",
    ),
    Misconception(
        "whole centre row seen",
        ((LEFT, "mask[centre] = True"),),
        "Your mask sees the whole row of the centre. What is right of the centre comes later.",
    ),
    Misconception(
        "rows below seen",
        ((ABOVE, "mask[:] = True\n    mask[centre] = False"),),
        "Your mask sees the rows below the centre. They come later.",
    ),
    Misconception(
        "all but the centre seen",
        ((ABOVE, "mask[:] = True"), (LEFT, "mask[centre, centre] = itself")),
        "Your mask hides nothing but the centre. All that comes after it must be hidden too: the right of its row, and "
        "the rows below.",
    ),
    Misconception(
        "columns before rows",
        ((MADE, "return mask.T"),),
        "Your mask follows the order of columns: it sees what is left, and above in the same column. The order is that "
        "of reading, row by row.",
    ),
    Misconception(
        "what comes later seen",
        ((MADE, "return mask[::-1, ::-1]"),),
        "Your mask is turned by half a turn: it sees what comes after the centre. `conv2d` does not flip its kernel, "
        "so the first row of the kernel meets the row above.",
    ),
    Misconception(
        "rows from right to left",
        ((LEFT, "mask[centre, centre + 1 - itself :] = True"),),
        "In the row of the centre you see what is right of it. Rows are read from left to right.",
    ),
    Misconception(
        "triangle for the order of rows",
        ((MADE, "return np.tril(np.ones((kernel, kernel), bool), 0 if itself else -1)"),),
        "This is a triangle, the mask of attention: there both axes are places in one row of them. Here they are the "
        "rows and the columns of an image.",
    ),
    Misconception(
        "left half in every row",
        ((MADE, "return np.tile(np.arange(kernel) < centre + itself, (kernel, 1))"),),
        "Your mask sees in every row what is left of the centre. Rows above it are seen to their end, rows below not "
        "at all.",
    ),
    Misconception(
        "upper left quarter alone",
        ((ABOVE, "mask[:centre, : centre + 1] = True"),),
        "In the rows above you see the left half alone. Whole rows come before the centre: they are seen to their end.",
    ),
    Misconception(
        "only the row above",
        ((ABOVE, "mask[max(centre - 1, 0) : centre] = True"),),
        "Of the rows above you see one. In a kernel of 5 there are two of them, in a kernel of 7 three.",
    ),
    Misconception(
        "one place too many",
        ((LEFT, LEFT.replace("+ itself", "+ 1 + itself")),),
        "Your mask sees one place more than it may. A slice ends before its last index: `: centre` are the places left "
        "of the centre.",
    ),
    Misconception(
        "mask of what is hidden",
        ((MADE, "return ~mask"),),
        "Your mask is True where the kernel must not look. It is True where it may.",
    ),
    Misconception(
        "even kernels accepted",
        ((EVEN, "kernel < 1"),),
        "A kernel of 2 or 4 has no centre, so nothing is before it or after it. The task asks for InvalidArgument.",
    ),
    Misconception(
        "no mask",
        ((MASKED, "conv2d(x, weight,"), (GRADIENTS, "return dx, dweight, dbias")),
        "The kernel is not masked: y at a place sees what comes after it.",
    ),
    Misconception(
        "mask on the gradient alone",
        ((MASKED, "conv2d(x, weight,"),),
        "You mask the gradient, so that hidden weights stay as they are. But they are not 0: the value needs the mask "
        "as well.",
    ),
    Misconception(
        "gradient not masked",
        ((GRADIENTS, "return dx, dweight, dbias"),),
        "dweight is that of the masked kernel. Hidden weights have no effect on y, so their gradient is 0: times the "
        "mask once more.",
    ),
    Misconception(
        "dx through the whole kernel",
        ((PULLED, "dx, dweight, dbias = conv2d(x, weight, bias, 1, weight.shape[2] // 2)[1](dy)"),),
        "dx goes back through the kernel without its mask, so that later places get a gradient. The pullback belongs "
        "to the masked kernel.",
    ),
    Misconception(
        "weight masked in place",
        ((CONVOLVED, "weight *= mask\n    " + CONVOLVED),),
        "`weight *= mask` changes the caller's weight. Make a new one: weight * mask.",
    ),
    Misconception(
        "first channel alone masked",
        (
            (
                "mask = causal",
                "mask = (np.arange(x.shape[1]) > 0)[:, None, None] | causal",
            ),
        ),
        "Only the first input channel is masked. All channels of a later place are later.",
    ),
    Misconception(
        "image masked, not the kernel",
        (
            (
                CONVOLVED,
                "places = x.shape[2] * x.shape[3]\n"
                "    seen = (np.arange(places) < places // 2 + itself).reshape(x.shape[2:])\n"
                "    mask = np.ones((1, 1), bool)\n"
                "    y, unmasked = conv2d(x * seen, weight, bias, 1, weight.shape[2] // 2)",
            ),
            (GRADIENTS, "return dx * seen, dweight, dbias"),
        ),
        "You hide the lower half of the image. What comes later is another part of the image for every place: the mask "
        "goes with the kernel.",
    ),
    Misconception(
        "scaled up for what is hidden",
        ((MASKED, "conv2d(x, weight * mask / max(mask.mean(), 0.01),"),),
        "You divide by the share of the kernel that is seen, as if to make up for the rest. (2) does not.",
    ),
    Misconception(
        "bias forgotten",
        ((CONVOLVED, CONVOLVED.replace("bias", "0 * bias")),),
        "The bias is missing. It looks at no place, so the mask does not concern it.",
    ),
    Misconception(
        "bias masked",
        ((CONVOLVED, CONVOLVED.replace("bias", "bias * mask.mean()")),),
        "You masked the bias. It looks at no place, so the mask does not concern it.",
    ),
    Misconception(
        "mask turned for the gradient",
        ((GRADIENTS, GRADIENTS.replace("* mask", "* mask[::-1, ::-1]")),),
        "You turned the mask for dweight. dweight has the axes of the weight, and its mask is the same.",
    ),
    Misconception(
        "padding at the start alone",
        (
            (
                CONVOLVED,
                "k = weight.shape[2] - 1\n    padded = np.pad(x, [(0, 0)] * 2 + [(k, 0)] * 2)\n"
                "    y, unmasked = conv2d(padded, weight * mask, bias, 1, 0)",
            ),
            (PULLED, PULLED + "\n        dx = dx[:, :, k:, k:]"),
        ),
        "All zeros lie above and to the left of x, so that the corner of the kernel lies on the place, and not its "
        "centre. kernel // 2 zeros go on every side.",
    ),
    Misconception(
        "edges repeated",
        (
            (
                CONVOLVED,
                "k = weight.shape[2] // 2\n    padded = np.pad(x, [(0, 0)] * 2 + [(k, k)] * 2, mode='edge')\n"
                "    y, unmasked = conv2d(padded, weight * mask, bias, 1, 0)",
            ),
            (PULLED, PULLED + "\n        dx = dx[:, :, k : k + x.shape[2], k : k + x.shape[3]]"),
        ),
        "You padded with copies of the outermost pixels. There are zeros around x.",
    ),
    Misconception(
        "mask of channels at the centre",
        (
            (
                CONVOLVED,
                "order = np.arange(weight.shape[1]) > np.arange(len(weight))[:, None]\n"
                "    mask = np.broadcast_to(mask, weight.shape).copy()\n"
                "    mask[:, :, weight.shape[2] // 2, weight.shape[2] // 2] &= ~order\n    " + CONVOLVED,
            ),
        ),
        "At the centre you let an output see only the inputs up to its own number, as the paper does for red, green "
        "and blue. Here a mask has the axes (kernel, kernel): a place is seen in all its channels, or in none.",
    ),
    Misconception(
        "a kernel of one place always sees",
        ((LEFT, LEFT.replace("+ itself", "+ (itself or kernel == 1)")),),
        "A kernel of one place has nothing but its centre. Without `itself` it sees nothing, and y is the bias.",
    ),
    Misconception(
        "centre of a kernel of 3 for all",
        (("kernel // 2\n    mask", "kernel // 2 and 1\n    mask"),),
        "You put the centre at index 1, which is right for a kernel of 3. It is at kernel // 2.",
    ),
    Misconception(
        "all of the centre's row seen",
        ((LEFT, "mask[centre], mask[centre, centre] = True, itself"),),
        "Your mask also lets the kernel look to the right of the centre. These places come later: only what is "
        "left of the centre is known.",
    ),
)
