"""Wrong answers to exercise 12."""

from course.workbook.content import Misconception

FLAT = "flat = _batch_last(dy)"
DWEIGHT = "(flat @ patches.T).reshape(weight.shape)"
DPATCHES = "dpatches = _flat_kernel(weight).T @ _batch_last(dy)"
DX = "dx = _from_patches(dpatches, dy.shape, x.shape[1:], weight.shape[2], stride, padding)"
WRITE_OVER = """def _written_over(patches, grid, image, kernel, stride, padding, order):
    batch, _, rows, columns = grid
    channels, height, width = image
    padded = np.zeros((channels, *(stride * n + kernel + size for n, size in zip(grid[2:], image[1:])), batch))
    parts = patches.reshape(channels, kernel, kernel, rows, columns, batch)
    for i in order(range(kernel)):
        for j in order(range(kernel)):
            padded[:, i : i + stride * rows : stride, j : j + stride * columns : stride] = parts[:, i, j]
    return padded[:, padding : padding + height, padding : padding + width].transpose(3, 0, 1, 2)


def conv2d("""
NO_SUM = (
    "Neighbouring windows overlap, so a pixel of x acts on several numbers of y. Its gradient is the sum of what comes "
    "back from all of them. You wrote each over the one before: = where += belongs. (With arrays of indices += writes "
    "over as well, where an index occurs twice; np.add.at adds up.)"
)

CALLED = "y, parameter_pullback = conv2d_of_data(x, weight, bias, stride, padding)\n"
GROWS = (
    "The first call of the pullback is right, a second one adds to it: the array of zeros is made once, outside of the "
    "pullback. Make it inside, so that every call begins anew."
)

MISCONCEPTIONS = (
    Misconception(
        "overlaps written over",
        (("def conv2d(", WRITE_OVER), (DX, DX.replace("_from_patches", "_written_over").replace("g)", "g, reversed)"))),
        NO_SUM,
    ),
    Misconception(
        "overlaps written over, kernel in the outer loop",
        (("def conv2d(", WRITE_OVER), (DX, DX.replace("_from_patches", "_written_over").replace("g)", "g, list)"))),
        NO_SUM,
    ),
    Misconception(
        "kernel flipped in dx",
        ((DPATCHES, DPATCHES.replace("weight)", "weight[:, :, ::-1, ::-1])")),),
        "The kernel comes out turned by half a turn: it was flipped, or i and j run against the rows and columns "
        "of dx. Where dy puts the kernel back onto dx, it lies as it lay in the value. "
        "It is turned only where dx is written as a correlation of the padded dy, and then it must be.",
    ),
    Misconception(
        "rows and columns of the kernel exchanged in dx",
        ((DPATCHES, DPATCHES.replace("weight)", "weight.swapaxes(2, 3))")),),
        "In dx the rows and columns of the kernel are exchanged: weight[o, c, i, j] goes i rows down and j columns "
        "right.",
    ),
    Misconception(
        "stride forgotten in dx",
        ((DX, DX.replace("stride", "1")),),
        "You put the windows back one pixel apart. They were taken ``stride`` pixels apart, and go back there.",
    ),
    Misconception(
        "padding left on dx",
        (
            (
                DX,
                "dx = _from_patches(dpatches, dy.shape, (x.shape[1], *(n + 2 * padding for n in x.shape[2:])), "
                "weight.shape[2], stride, 0)",
            ),
        ),
        "dx still has its padding. The gradient of the zeros around the image is of no use: cut ``padding`` rows and "
        "columns off each side.",
    ),
    Misconception(
        "padding cut off at the end alone",
        ((DX, DX.replace("padding)", "0)")),),
        "The shape is right, but the image is shifted by ``padding``. The padding lies on all sides: keep "
        "[padding : padding + height], not [:height].",
    ),
    Misconception(
        "upstream gradient forgotten",
        (
            (FLAT, "flat = np.ones_like(_batch_last(dy))"),
            (DPATCHES, DPATCHES.replace("_batch_last(dy)", "np.ones_like(_batch_last(dy))")),
        ),
        "The gradients do not depend on dy: you computed those of the sum of all y. Every product needs dy in it.",
    ),
    Misconception(
        "upstream gradient forgotten in dx",
        ((DPATCHES, DPATCHES.replace("_batch_last(dy)", "np.ones_like(_batch_last(dy))")),),
        "dx does not depend on dy: you added up the kernel as it is. Each stamp of the kernel is scaled by its dy.",
    ),
    Misconception(
        "upstream gradient forgotten in dbias",
        (("flat.sum(axis=1)", "np.full_like(bias, flat.shape[1])"),),
        "dbias counts the places of y. It is the sum of dy over batch, rows and columns.",
    ),
    Misconception(
        "gradients averaged over the batch",
        ((DWEIGHT, f"{DWEIGHT} / len(x)"), ("flat.sum(axis=1)", "flat.sum(axis=1) / len(x)")),
        "You divided by the batch size. A pullback adds up over the batch; if the loss is a mean, the division is "
        "already in dy.",
    ),
    Misconception(
        "dweight averaged over the batch",
        ((DWEIGHT, f"{DWEIGHT} / len(x)"),),
        "You divided dweight by the batch size. A pullback adds up over the batch; if the loss is a mean, the division "
        "is already in dy.",
    ),
    Misconception(
        "mean in place of the sum in dbias",
        (("flat.sum(axis=1)", "flat.mean(axis=1)"),),
        "bias[o] is added at every place of every image, so its gradient is the sum of dy there. You took the mean.",
    ),
    Misconception(
        "dbias summed over the batch alone",
        (("flat.sum(axis=1)", "dy.sum(axis=0)"),),
        "The bias of a channel is used at every place of the image: sum over rows and columns too, not over the batch "
        "alone.",
    ),
    Misconception(
        "last image alone in dweight",
        ((DWEIGHT, "(flat[:, len(x) - 1 :: len(x)] @ patches[:, len(x) - 1 :: len(x)].T).reshape(weight.shape)"),),
        "dweight holds what the last image gives: each image wrote over the one before. Add them up (+=).",
    ),
    Misconception(
        "kernel flipped in dweight",
        ((DWEIGHT, f"{DWEIGHT}[:, :, ::-1, ::-1]"),),
        "dweight is turned by half a turn. dweight[o, c, i, j] belongs to the pixels that weight[o, c, i, j] met: "
        "those i rows below and j columns right of each window's corner.",
    ),
    Misconception(
        "rows and columns of the kernel exchanged in dweight",
        ((DWEIGHT, f"{DWEIGHT}.swapaxes(2, 3)"),),
        "dweight has the rows and columns of the kernel exchanged. A weight and its gradient have the same axes.",
    ),
    Misconception(
        "dy flattened with the batch in front",
        ((FLAT, "flat = dy.transpose(1, 0, 2, 3).reshape(len(weight), -1)"),),
        "You flattened dy in the order (image, row, column). The columns of `patches` are in the order (row, column, "
        "image), so the product pairs numbers that do not belong together.",
    ),
    Misconception(
        "dy reshaped without a transpose",
        ((FLAT, "flat = dy.reshape(len(weight), -1)"),),
        "You reshaped dy as it lies in memory, with images before channels, so channels got mixed. A reshape does not "
        "move axes: transpose first.",
    ),
    Misconception(
        "sign of the gradients",
        ((FLAT, "flat = -_batch_last(dy)"), (DPATCHES, DPATCHES.replace(".T", ".T * -1"))),
        "The sign is reversed. A pullback gives gradients; the minus of gradient descent belongs to the optimiser.",
    ),
    Misconception(
        "gradients averaged over the places",
        (
            (DWEIGHT, f"{DWEIGHT} / (rows * columns)"),
            ("flat.sum(axis=1)", "flat.sum(axis=1) / (rows * columns)"),
        ),
        "You divided by the number of places of y. The kernel and the bias are used at every place of every image, and "
        "what comes back from all of them is added up.",
    ),
    Misconception(
        "overlaps averaged in dx",
        (
            (
                DX,
                f"{DX}\n        ones = np.ones_like(dpatches)\n"
                "        count = _from_patches(ones, dy.shape, x.shape[1:], weight.shape[2], stride, padding)\n"
                "        dx = dx / np.maximum(1, count)",
            ),
        ),
        "You divided dx by the number of windows that cover a pixel. What comes back from all of them is added up.",
    ),
    Misconception(
        "padding cut off with a negative index",
        (
            (
                DX,
                "image = x.shape[1], *(n + 2 * padding for n in x.shape[2:])\n"
                "        dx = _from_patches(dpatches, dy.shape, image, weight.shape[2], stride, 0)"
                "[:, :, padding:-padding, padding:-padding]",
            ),
        ),
        "You cut the padding off with [padding:-padding]. With padding = 0 that is [0:0], and nothing is left. Write "
        "[padding : padding + height], the columns alike.",
    ),
    Misconception(
        "unseen rows put at the start of dx",
        (
            (
                DX,
                "image = x.shape[1], *(n + 2 * padding for n in x.shape[2:])\n"
                "        rest = [(n - weight.shape[2]) % stride for n in image[1:]]\n"
                "        dx = _from_patches(dpatches, dy.shape, image, weight.shape[2], stride, 0)\n"
                "        dx = np.roll(dx, rest, (2, 3))[:, :, padding : padding + x.shape[2], padding : padding + "
                "x.shape[3]]",
            ),
        ),
        "Where the stride does not come out even, no window reaches the last rows and columns of the padded image. "
        "Their gradient is 0, at the bottom and at the right. Your zeros are above and to the left, so dx is shifted.",
    ),
    Misconception(
        "value in place of dy in dbias",
        (("flat.sum(axis=1)", "y.sum(axis=1)"),),
        "You summed y, the value. dbias is the sum of dy over batch, rows and columns.",
    ),
    Misconception(
        "stride forgotten in dweight",
        ((DWEIGHT, "(flat @ _to_patches(x, (rows, columns), kernel, 1, padding).T).reshape(weight.shape)"),),
        "For dweight you read the padded image at places one pixel apart. dy[b, o, r, s] goes with the window that "
        "begins at (r stride, s stride), as in the value.",
    ),
    Misconception(
        "dweight grows from call to call",
        (
            ("    y += bias[:, None]\n", "    y += bias[:, None]\n    dweight = np.zeros_like(weight)\n"),
            (f"return {DWEIGHT}", f"dweight[:] += {DWEIGHT}\n        return dweight"),
        ),
        GROWS,
    ),
    Misconception(
        "dbias grows from call to call",
        (
            ("stride, padding)\n    y = _flat", "stride, padding)\n    dbias = np.zeros_like(bias)\n    y = _flat"),
            (f"{FLAT}\n", f"{FLAT}\n        dbias[:] += flat.sum(axis=1)\n"),
            (", flat.sum(axis=1)", ", dbias"),
        ),
        GROWS,
    ),
    Misconception(
        "dx grows from call to call",
        (
            (CALLED, f"{CALLED}    dx = np.zeros(x.shape)\n"),
            (DX, DX.replace("dx =", "dx[:] +=")),
        ),
        GROWS,
    ),
    Misconception(
        "dbias averaged over the places",
        (("flat.sum(axis=1)", "flat.sum(axis=1) / (dy.shape[2] * dy.shape[3])"),),
        "You divided dbias by the number of rows times columns. The bias is added at every place, and its gradient "
        "is the sum of what comes back from all of them.",
    ),
    Misconception(
        "padding cut off at the start alone",
        (
            (
                DX,
                "image = x.shape[1], *(n + 2 * padding for n in x.shape[2:])\n"
                "        dx = _from_patches(dpatches, dy.shape, image, weight.shape[2], stride, 0)"
                "[:, :, 2 * padding :, 2 * padding :]",
            ),
        ),
        "The shape is right, but all of the padding is cut off above and at the left. It lies on all sides: keep "
        "[padding : padding + height], the columns alike.",
    ),
)
