"""Wrong answers to exercise 11."""

from course.workbook.content import Misconception

PATCHES = "_to_patches(x, (rows, columns), kernel, stride, padding)"
RETURNED = "return _batch_first(y, (len(weight), rows, columns))"

MISCONCEPTIONS = (
    Misconception(
        "kernel flipped",
        (("_flat_kernel(weight)", "_flat_kernel(weight[:, :, ::-1, ::-1])"),),
        "The kernel comes out turned by half a turn: flipped, or i and j run against the image. That is the "
        "convolution of mathematics. The layer of deep learning is a "
        "correlation: weight[i, j] meets the pixel i rows below and j columns to the right of the window's corner.",
    ),
    Misconception(
        "rows and columns of the kernel exchanged",
        (("_flat_kernel(weight)", "_flat_kernel(weight.swapaxes(2, 3))"),),
        "The third axis of the weight goes with the rows of the image, the fourth with its columns. You exchanged "
        "them.",
    ),
    Misconception(
        "padding at one end alone",
        (
            (
                PATCHES,
                "_to_patches(np.pad(x, [(0, 0)] * 2 + [(0, 2 * padding)] * 2), (rows, columns), kernel, stride, 0)",
            ),
        ),
        "All the zeros lie below and to the right of the image, which itself stayed in the upper left corner. Padding "
        "goes on all four sides: put x at [padding : padding + height], the columns alike.",
    ),
    Misconception(
        "padding at the start alone",
        (
            (
                PATCHES,
                "_to_patches(np.pad(x, [(0, 0)] * 2 + [(2 * padding, 0)] * 2), (rows, columns), kernel, stride, 0)",
            ),
        ),
        "All the zeros lie above and to the left of the image. Padding goes on all four sides, ``padding`` on each.",
    ),
    Misconception(
        "padding counted once",
        (("size + 2 * padding - kernel", "size + padding - kernel"),),
        "Padding is added on both sides of an axis, so the padded image has size + 2 * padding rows. You counted one "
        "side, and the last places of the kernel are missing.",
    ),
    Misconception(
        "padding ignored",
        (
            ("size + 2 * padding - kernel", "size - kernel"),
            (PATCHES, "_to_patches(x, (rows, columns), kernel, stride, 0)"),
        ),
        "You left out the padding: the kernel must also sit half over the edge, where it meets zeros.",
    ),
    Misconception(
        "border repeated",
        (
            (
                PATCHES,
                "_to_patches(np.pad(x, [(0, 0)] * 2 + [(padding, padding)] * 2, 'edge'), (rows, columns), kernel, "
                "stride, 0)",
            ),
        ),
        "You padded with copies of the outermost pixels. This layer pads with zeros.",
    ),
    Misconception(
        "size rounded up",
        (
            ("(size + 2 * padding - kernel) // stride", "-((kernel - size - 2 * padding) // stride)"),
            (
                PATCHES,
                "_to_patches(np.pad(x, [(0, 0)] * 2 + [(0, stride)] * 2), (rows, columns), kernel, stride, padding)",
            ),
        ),
        "You rounded the output size up, so that the last window hangs over the padded image. It is rounded down: rows "
        "that do not fill a whole window are left out.",
    ),
    Misconception(
        "one row and column too few",
        (("// stride + 1 for", "// stride for"),),
        "The + 1 of the output size is missing. The division counts the steps of the kernel, and there is one place "
        "more than there are steps.",
    ),
    Misconception(
        "stride ignored",
        (("    kernel = weight", "    stride = 1\n    kernel = weight"),),
        "The kernel moves by one pixel each time. It must move by ``stride`` pixels, so y is smaller by that factor.",
    ),
    Misconception(
        "stride on the rows alone",
        (
            ("    kernel = weight", "    stride, step = 1, stride\n    kernel = weight"),
            (RETURNED, f"{RETURNED}[:, :, ::step]"),
        ),
        "The stride applies to both axes. You skip rows, but take every column.",
    ),
    Misconception(
        "stride on the columns alone",
        (
            ("    kernel = weight", "    stride, step = 1, stride\n    kernel = weight"),
            (RETURNED, f"{RETURNED}[..., ::step]"),
        ),
        "The stride applies to both axes. You skip columns, but take every row.",
    ),
    Misconception(
        "channels averaged",
        (("y = _flat_kernel(weight)", "y = _flat_kernel(weight / x.shape[1])"),),
        "You took the mean over the input channels. The layer sums over them, and over the places of the kernel.",
    ),
    Misconception(
        "mean over the window",
        (("y = _flat_kernel(weight)", "y = _flat_kernel(weight / weight[0].size)"),),
        "You took the mean over the window. The layer sums over input channels, rows and columns of the kernel.",
    ),
    Misconception(
        "one kernel for all channels",
        (("_flat_kernel(weight)", "_flat_kernel(np.repeat(weight[:, :1], x.shape[1], axis=1))"),),
        "Every input channel has a kernel of its own, weight[o, c]. You used weight[o, 0] for all of them.",
    ),
    Misconception(
        "last channel alone",
        (("_flat_kernel(weight)", "_flat_kernel(weight * (np.arange(x.shape[1]) == x.shape[1] - 1)[:, None, None])"),),
        "y holds what the last input channel gives: each channel overwrote the one before it. Add them up (+=).",
    ),
    Misconception(
        "bias added for every input channel",
        (("y += bias[:, None]", "y += x.shape[1] * bias[:, None]"),),
        "You added the bias inside of the loop over input channels. It is added once to every number of y.",
    ),
    Misconception(
        "bias forgotten",
        (("    y += bias[:, None]\n", ""),),
        "The bias is missing: bias[o] is added to every number of output channel o.",
    ),
    Misconception(
        "first bias for every channel",
        (("bias[:, None]", "bias[0]"),),
        "Every output channel has a bias of its own. You added bias[0] to all of them.",
    ),
    Misconception(
        "rows and columns of y exchanged",
        ((RETURNED, f"{RETURNED}.swapaxes(2, 3)"),),
        "The axes of y are (batch, channels, rows, columns). Yours has columns before rows.",
    ),
    Misconception(
        "reshaped in the wrong order",
        ((RETURNED, "return y.reshape(len(x), len(weight), rows, columns)"),),
        "The numbers are right, but stand at the wrong places. A reshape does not move axes: first reshape to the "
        "order that the numbers have in memory, then transpose.",
    ),
    Misconception(
        "bias added for every place of the kernel",
        (("y += bias[:, None]", "y += kernel**2 * bias[:, None]"),),
        "You added the bias inside of the loops over the places of the kernel. It is added once to every number of y.",
    ),
    Misconception(
        "bias added in every term",
        (("y += bias[:, None]", "y += weight[0].size * bias[:, None]"),),
        "You added the bias inside of the sum over channels and places of the kernel. It is added once to every number "
        "of y.",
    ),
    Misconception(
        "stride in the size alone",
        ((PATCHES, PATCHES.replace("stride", "1")),),
        "y has the right size, but neighbouring numbers of y look at places one pixel apart. Row r of y begins at row "
        "r * stride of the padded image, the columns alike.",
    ),
    Misconception(
        "stride of two at most",
        ((PATCHES, PATCHES.replace("stride", "min(stride, 2)")),),
        "You take every second place for any stride above 1. It may be 3 or 5: move by ``stride`` pixels.",
    ),
    Misconception(
        "negative index",
        (
            (
                PATCHES,
                "_to_patches(np.pad(np.pad(x, [(0, 0)] * 2 + [(padding, 0)] * 2, 'wrap'), "
                "[(0, 0)] * 2 + [(0, padding)] * 2), (rows, columns), kernel, stride, 0)",
            ),
        ),
        "Above and to the left of the image your index is negative, and a negative index counts from the other end. "
        "There are zeros there: leave those places out, or make the padded image first.",
    ),
    Misconception(
        "last place left out",
        (
            (
                RETURNED,
                "y = _batch_first(y, (len(weight), rows, columns))\n"
                "    even = [(size + 2 * padding - kernel) % stride == 0 for size in x.shape[2:]]\n"
                "    y[:, :, rows - even[0] :] = 0\n"
                "    y[..., columns - even[1] :] = 0\n"
                "    return y",
            ),
        ),
        "The last row and column of y are still 0 where the last window ends exactly at the border. The loop stops one "
        "step too early: range(0, size - kernel + 1, stride), with the size of the padded image.",
    ),
    Misconception(
        "first places left out",
        (
            (
                PATCHES,
                "_to_patches(np.pad(x, ((0, 0), (0, 0), *2 * ((padding, padding + stride),)))[:, :, stride - 1 :, "
                "stride - 1 :], (rows, columns), kernel, stride, 0)",
            ),
        ),
        "Your first place is at row and column stride - 1 of the padded image. It is at row and column 0: r runs "
        "from 0, and the place is at r times the stride.",
    ),
)
