"""Wrong answers to exercise 36."""

from course.workbook.content import Misconception

CALL = "conv2d(np.pad(x, ((0, 0), (0, 0), (0, 1), (0, 1))), weight, bias, stride=2, padding=0)"
CALLED = f"y, convolution_pullback = {CALL}"
CUT = "dpadded[:, :, :-1, :-1]"
PULLED = "dpadded, dweight, dbias = convolution_pullback(dy)"
RETURNED = f"return {CUT}, dweight, dbias"
FINE = "y, convolution_pullback = conv2d(x, weight, bias, stride=1, padding=1)"
OF_FOUR = "y = y.reshape(*y.shape[:2], y.shape[2] // 2, 2, y.shape[3] // 2, 2)"
SPREAD = "dpadded, dweight, dbias = convolution_pullback(dy.repeat(2, axis=2).repeat(2, axis=3) / 4)"


def padded(rows: str, columns: str, mode: str = "constant") -> tuple[str, str]:
    """Return the edit that pads otherwise."""
    pads = f"((0, 0), (0, 0), {rows}, {columns}), mode='{mode}'"
    return CALL, CALL.replace("((0, 0), (0, 0), (0, 1), (0, 1))", pads)


MISCONCEPTIONS = (
    # The value. All but one have the right shape.
    Misconception(
        "zeros above and on the left",
        ((CALL, "conv2d(x, weight, bias, stride=2, padding=1)"), (CUT, "dpadded")),
        "y[r] sees the rows 2r - 1, 2r, 2r + 1 here: the image lies one pixel too far down and to the right. You "
        "padded all four sides, as usual, or above and on the left alone. That is the same: with even sides the zeros "
        "below and on the right are never seen. They must be the only ones.",
    ),
    Misconception(
        "zeros above and on the right",
        (padded("(1, 0)", "(0, 1)"), (CUT, "dpadded[:, :, 1:, :-1]")),
        "The columns are right, but the row of zeros stands above the image. It belongs below. (F.pad of torch begins "
        "with the last axis: its four numbers are left, right, above, below.)",
    ),
    Misconception(
        "zeros below and on the left",
        (padded("(0, 1)", "(1, 0)"), (CUT, "dpadded[:, :, :-1, 1:]")),
        "The rows are right, but the column of zeros stands on the left of the image. It belongs on the right.",
    ),
    Misconception(
        "border repeated",
        (padded("(0, 1)", "(0, 1)", "edge"),),
        "The row below and the column on the right are copies of the last ones. They are zeros.",
    ),
    Misconception(
        "border mirrored",
        (padded("(0, 1)", "(0, 1)", "reflect"),),
        "The row below and the column on the right mirror the image. They are zeros.",
    ),
    Misconception(
        "image continued from the other end",
        (padded("(0, 1)", "(0, 1)", "wrap"),),
        "Below the last row stands the first one again, and the columns alike. There are zeros.",
    ),
    Misconception(
        "last window left out",
        (
            (RETURNED, "return dpadded, dweight, dbias"),
            (
                CALLED,
                "y, convolution_pullback = conv2d(np.pad(x, ((0, 0), (0, 0), (0, 1), (0, 1))), weight, bias, 2, 0)\n"
                "    y = y[:, :, : max(1, y.shape[2] - 1), : max(1, y.shape[3] - 1)]",
            ),
        ),
        "y has one row and one column too few: the last window needs a row of zeros below the image and a column on "
        "its right.",
    ),
    Misconception(
        "mean of four outputs",
        ((CALLED, f"{FINE}\n    {OF_FOUR}.mean(axis=(3, 5))"), (PULLED, SPREAD), (CUT, "dpadded")),
        "You took a convolution of stride 1 and the mean of each block of 2 x 2. This layer computes every second "
        "output alone.",
    ),
    Misconception(
        "largest of four outputs",
        ((CALLED, f"{FINE}\n    {OF_FOUR}.max(axis=(3, 5))"), (PULLED, SPREAD), (CUT, "dpadded")),
        "You took a convolution of stride 1 and the largest number of each block of 2 x 2. This layer computes every "
        "second output alone.",
    ),
    Misconception(
        "every second pixel first",
        (
            (CALLED, "y, convolution_pullback = conv2d(x[:, :, ::2, ::2], weight, bias, stride=1, padding=1)"),
            (CUT, "dpadded.repeat(2, axis=2).repeat(2, axis=3)"),
        ),
        "You threw away every second pixel, then took the convolution. The kernel must see neighbouring pixels of x, "
        "and move by two.",
    ),
    Misconception(
        "first quarter of the outputs",
        (
            (
                CALLED,
                "y, convolution_pullback = conv2d(np.pad(x, ((0, 0), (0, 0), (0, 2), (0, 2))), weight, bias, 1, 0)\n"
                "    y = y[:, :, : x.shape[2] // 2, : x.shape[3] // 2]",
            ),
            (
                PULLED,
                "dpadded, dweight, dbias = convolution_pullback("
                "np.pad(dy, ((0, 0), (0, 0), (0, dy.shape[2]), (0, dy.shape[3]))))",
            ),
            (CUT, "dpadded[:, :, :-2, :-2]"),
        ),
        "The kernel moves by one pixel each time, so that y shows the upper left quarter of the image. It must move "
        "by two.",
    ),
    Misconception(
        "rows and columns of the kernel exchanged",
        ((CALL, CALL.replace("weight", "weight.swapaxes(2, 3)")),),
        "The third axis of the weight goes with the rows of the image, the fourth with its columns. You exchanged "
        "them.",
    ),
    Misconception(
        "kernel flipped",
        ((CALL, CALL.replace("weight", "weight[:, :, ::-1, ::-1]")),),
        "The kernel comes out turned by half a turn: weight[i, j] meets the pixel i rows below and j columns to the "
        "right of the window's corner.",
    ),
    Misconception(
        "bias forgotten",
        ((CALL, CALL.replace("bias", "0 * bias")),),
        "The bias is missing: bias[o] is added to every number of output channel o.",
    ),
    # The pullback.
    Misconception(
        "zeros left on dx",
        ((CUT, "dpadded"),),
        "dx still has a row and a column more than x: those of the zeros. Cut them off.",
    ),
    Misconception(
        "dx cut above and on the left",
        ((CUT, "dpadded[:, :, 1:, 1:]"),),
        "dx has the right shape, but lies one pixel too far up and to the left: you cut off its first row and column. "
        "The zeros were put at the end, so their gradient is cut off there.",
    ),
    Misconception(
        "dx cut above and on the right",
        ((CUT, "dpadded[:, :, 1:, :-1]"),),
        "dx lies one row too high: you cut off its first row. The row of zeros was put below.",
    ),
    Misconception(
        "dx cut below and on the left",
        ((CUT, "dpadded[:, :, :-1, 1:]"),),
        "dx lies one column too far to the left: you cut off its first column. The column of zeros was put "
        "on the right.",
    ),
    Misconception(
        "gradient of the zeros added to the border",
        (
            (
                PULLED,
                f"{PULLED}\n        dpadded[:, :, -2] += dpadded[:, :, -1]\n"
                "        dpadded[..., -2] += dpadded[..., -1]",
            ),
        ),
        "You added the gradient of the zeros to that of the last row and column. It belongs to no pixel: drop it.",
    ),
    Misconception(
        "pullback of the usual convolution",
        (
            (PULLED, "dx, dweight, dbias = conv2d(x, weight, bias, stride=2, padding=1)[1](dy)"),
            (CUT, "dx"),
        ),
        "The value is right, but the pullback is that of a convolution with zeros on all four sides. Both must see the "
        "image at the same place.",
    ),
    Misconception(
        "overlaps written over in dx",
        (
            (
                PULLED,
                f"{PULLED}\n        for r, s in np.ndindex(*dy.shape[2:]):\n"
                "            stamp = np.einsum('bo,ocij->bcij', dy[:, :, r, s], weight)\n"
                "            dpadded[:, :, 2 * r : 2 * r + 3, 2 * s : 2 * s + 3] = stamp",
            ),
        ),
        "Neighbouring windows share a row or a column of x, whose gradient is the sum of what comes back from each of "
        "them. You wrote each over the one before: = where += belongs.",
    ),
    Misconception(
        "upstream gradient forgotten",
        ((PULLED, PULLED.replace("(dy)", "(np.ones_like(dy))")),),
        "The gradients do not depend on dy: you computed those of the sum of all y.",
    ),
    Misconception(
        "gradients of weight and bias averaged over the batch",
        ((RETURNED, f"return {CUT}, dweight / len(x), dbias / len(x)"),),
        "You divided dweight and dbias by the batch size. A pullback adds up over the batch; if the loss is a mean, "
        "the division is already in dy.",
    ),
    Misconception(
        "mean in place of the sum in dbias",
        ((RETURNED, f"return {CUT}, dweight, dy.mean(axis=(0, 2, 3))"),),
        "bias[o] is added at every place of every image, so its gradient is the sum of dy there. You took the mean.",
    ),
)
