"""Wrong answers to exercise 13."""

from course.workbook.content import Misconception

SIZE = "(size - 1) * stride - 2 * padding + kernel + output_padding for"
STAMPS = "stamps = _flat_kernel(weight).T @ flat"
Y = "y = _from_patches(stamps, x.shape, (weight.shape[1], height, width), kernel, stride, padding)"
DPATCHES = "dpatches = _to_patches(dy, x.shape[2:], kernel, stride, padding)"
DX = "dx = _batch_first(_flat_kernel(weight) @ dpatches, x.shape[1:])"
DWEIGHT = "(flat @ dpatches.T).reshape(weight.shape)"
DBIAS = "dy.sum(axis=(0, 2, 3))"
WRITE_OVER = """def _written_over(patches, grid, image, kernel, stride, padding, order):
    batch, _, rows, columns = grid
    channels, height, width = image
    padded = np.zeros((channels, *(stride * n + kernel + size for n, size in zip(grid[2:], image[1:])), batch))
    parts = patches.reshape(channels, kernel, kernel, rows, columns, batch)
    for i in order(range(kernel)):
        for j in order(range(kernel)):
            padded[:, i : i + stride * rows : stride, j : j + stride * columns : stride] = parts[:, i, j]
    return padded[:, padding : padding + height, padding : padding + width].transpose(3, 0, 1, 2)


def conv_transpose2d("""
NO_SUM = "Where stamps overlap, y is their sum. You wrote each stamp over the one before: = where += belongs."

GROWS = (
    "The first call of the pullback is right, a second one adds to it: the array of zeros is made once, outside of the "
    "pullback. Make it inside, so that every call begins anew."
)
PULLBACK = "    def pullback("

MISCONCEPTIONS = (
    Misconception(
        "stamps written over each other",
        (
            ("def conv_transpose2d(", WRITE_OVER),
            (Y, Y.replace("_from_patches", "_written_over").replace("g)", "g, reversed)")),
        ),
        NO_SUM,
    ),
    Misconception(
        "stamps written over each other, kernel in the outer loop",
        (
            ("def conv_transpose2d(", WRITE_OVER),
            (Y, Y.replace("_from_patches", "_written_over").replace("g)", "g, list)")),
        ),
        NO_SUM,
    ),
    Misconception(
        "kernel flipped",
        ((STAMPS, STAMPS.replace("weight)", "weight[:, :, ::-1, ::-1])")),),
        "Every stamp comes out turned by half a turn: flipped, or i and j run the other way. A stamp is the "
        "kernel as it stands, times one number of x. The kernel "
        "is turned only where y is written as a correlation of x with zeros between its numbers.",
    ),
    Misconception(
        "rows and columns of the kernel exchanged",
        ((STAMPS, STAMPS.replace("weight)", "weight.swapaxes(2, 3))")),),
        "weight[c, o, i, j] lands i rows below and j columns right of the stamp's corner. You exchanged i and j.",
    ),
    Misconception(
        "output padding ignored",
        ((SIZE, SIZE.replace(" + output_padding", "")),),
        "The output padding is missing. It makes y larger at the bottom and at the right, because several sizes of an "
        "image lead to the same size after a convolution with a stride.",
    ),
    Misconception(
        "output padding filled with zeros",
        (
            (SIZE, SIZE.replace(" + output_padding", "")),
            ("    y += bias", "    y = np.pad(y, [(0, 0)] * 2 + [(0, output_padding)] * 2)\n    y += bias"),
        ),
        "You appended zeros. The output padding shows more of the canvas: the stamps may reach there. Cut y out of the "
        "canvas in its full size.",
    ),
    Misconception(
        "output padding at the start",
        (
            (SIZE, SIZE.replace(" + output_padding", "")),
            ("    y += bias", "    y = np.pad(y, [(0, 0)] * 2 + [(output_padding, 0)] * 2)\n    y += bias"),
        ),
        "The output padding belongs at the bottom and at the right. You put it above and to the left.",
    ),
    Misconception(
        "output padding on both sides",
        ((SIZE, SIZE.replace("+ output_padding", "+ 2 * output_padding")),),
        "The output padding is added once, at the bottom and at the right. You counted it twice.",
    ),
    Misconception(
        "padding counted once",
        ((SIZE, SIZE.replace("2 * padding", "padding")),),
        "The padding is cut off at both ends of an axis, so 2 * padding is subtracted. You subtracted it once.",
    ),
    Misconception(
        "padding ignored",
        ((SIZE, SIZE.replace(" - 2 * padding", "")), (Y, Y.replace("padding)", "0)"))),
        "You kept the padding. In this layer it is what a convolution would have added, so here it is cut off.",
    ),
    Misconception(
        "padding added",
        (
            (SIZE, SIZE.replace("- 2 * padding", "+ 2 * padding")),
            (
                Y,
                "bare = weight.shape[1], height - 2 * padding, width - 2 * padding\n"
                "    y = np.pad(_from_patches(stamps, x.shape, bare, kernel, stride, 0), "
                "[(0, 0)] * 2 + [(padding, padding)] * 2)",
            ),
        ),
        "You added the padding. In this layer it is what a convolution would have added, so here it is cut off.",
    ),
    Misconception(
        "padding cut off at the end alone",
        ((Y, Y.replace("padding)", "0)")),),
        "The shape is right, but y is shifted by ``padding``. The padding is cut off at both ends: y begins at row and "
        "column ``padding`` of the canvas.",
    ),
    Misconception(
        "size for one stamp too many",
        ((SIZE, SIZE.replace("(size - 1)", "size")),),
        "The last stamp begins at (rows - 1) * stride: between n stamps there are n - 1 steps.",
    ),
    Misconception(
        "stamps one pixel apart",
        ((Y, Y.replace("stride", "1")),),
        "The stamps lie one pixel apart. They lie ``stride`` pixels apart: that is how this layer makes images larger.",
    ),
    Misconception(
        "bias forgotten",
        (("    y += bias[:, None, None]\n", ""),),
        "The bias is missing: bias[o] is added to every number of output channel o.",
    ),
    Misconception(
        "bias added for every input channel",
        (("y += bias", "y += x.shape[1] * bias"),),
        "You added the bias inside of the loop over input channels. It is added once to every number of y.",
    ),
    Misconception(
        "rows and columns of y exchanged",
        (("return y, pullback", "return y.swapaxes(2, 3), pullback"),),
        "The axes of y are (batch, channels, height, width). Yours has the width first.",
    ),
    Misconception(
        "kernel flipped in dx",
        ((DX, DX.replace("weight)", "weight[:, :, ::-1, ::-1])")),),
        "For dx the kernel comes out turned by half a turn: it was flipped, or i and j run the other way than in "
        "the value. Each number of x is paired with what its stamp covers, the "
        "kernel as it stands: a correlation of dy.",
    ),
    Misconception(
        "upstream gradient forgotten",
        ((DPATCHES, DPATCHES.replace("(dy,", "(np.ones_like(dy),")),),
        "dx and dweight do not depend on dy: you computed the gradients of the sum of all y.",
    ),
    Misconception(
        "padding of dy at one end alone",
        (
            (
                DPATCHES,
                "padded = np.pad(dy, [(0, 0)] * 2 + [(0, 2 * padding)] * 2)\n"
                "        dpatches = _to_patches(padded, x.shape[2:], kernel, stride, 0)",
            ),
        ),
        "The pullback reads dy from its first row and column on. The stamps began ``padding`` rows and columns before "
        "that: pad dy with zeros on all sides before you read it.",
    ),
    Misconception(
        "gradients averaged over the batch",
        ((DWEIGHT, f"{DWEIGHT} / len(x)"), (DBIAS, f"{DBIAS} / len(x)")),
        "You divided by the batch size. A pullback adds up over the batch; if the loss is a mean, the division is "
        "already in dy.",
    ),
    Misconception(
        "kernel flipped in dweight",
        ((DWEIGHT, f"{DWEIGHT}[:, :, ::-1, ::-1]"),),
        "dweight is turned by half a turn: dweight[c, o, i, j] belongs to the pixels on which weight[c, o, i, j] "
        "landed.",
    ),
    Misconception(
        "channels of dweight exchanged",
        ((DWEIGHT, f"{DWEIGHT}.swapaxes(0, 1)"),),
        "The kernel of a transposed convolution has the axes (inputs, outputs, i, j), and so has its gradient. That of "
        "a convolution has the outputs first.",
    ),
    Misconception(
        "dbias averaged over the places",
        ((DBIAS, "dy.sum(axis=0).mean(axis=(1, 2))"),),
        "bias[o] is added at every place of every image, so its gradient is the sum of dy there. You took a mean.",
    ),
    Misconception(
        "overlaps averaged",
        (
            (
                Y,
                f"{Y}\n    image = weight.shape[1], height, width\n"
                "    count = _from_patches(np.ones_like(stamps), x.shape, image, kernel, stride, padding)\n"
                "    y /= np.maximum(1, count)",
            ),
        ),
        "You divided by the number of stamps that cover a pixel. Where stamps overlap, y is their sum.",
    ),
    Misconception(
        "output padding left at zero",
        (
            (
                "    y += bias[:, None, None]\n",
                "    y += bias[:, None, None]\n"
                "    y[:, :, height - output_padding :] = 0\n"
                "    y[..., width - output_padding :] = 0\n",
            ),
        ),
        "The rows and columns of the output padding are 0 in your answer. The output padding shows more of the canvas: "
        "the stamps may reach there, and the bias is added there too.",
    ),
    Misconception(
        "canvas shifted by the output padding",
        (
            (
                Y,
                "bare = weight.shape[1], *(n + 2 * padding - output_padding for n in (height, width))\n"
                "    canvas = _from_patches(stamps, x.shape, bare, kernel, stride, 0)\n"
                "    canvas = np.pad(canvas, [(0, 0)] * 2 + [(output_padding, 0)] * 2)\n"
                "    y = canvas[:, :, padding : padding + height, padding : padding + width]",
            ),
        ),
        "The output padding shows more of the canvas at the bottom and at the right. In your answer the stamps begin "
        "``output_padding`` rows and columns too late: the first stamp lies at row and column 0 of the canvas.",
    ),
    Misconception(
        "no bias where no stamp reaches",
        (
            (
                "    y += bias[:, None, None]\n",
                "    reach = [(n - 1) * stride + kernel - padding for n in x.shape[2:]]\n"
                "    y[:, :, : reach[0], : reach[1]] += bias[:, None, None]\n",
            ),
        ),
        "The bias is missing where the output padding goes beyond the last stamp. There the canvas is 0, and y is the "
        "bias: add it to y at the end, everywhere.",
    ),
    Misconception(
        "padding cut off with a negative index",
        (
            (
                Y,
                "image = weight.shape[1], height + 2 * padding, width + 2 * padding\n"
                "    y = _from_patches(stamps, x.shape, image, kernel, stride, 0)"
                "[:, :, padding:-padding, padding:-padding]",
            ),
        ),
        "You cut the padding off with [padding:-padding]. With padding = 0 that is [0:0], and nothing is left. Write "
        "[padding : padding + height], the columns alike.",
    ),
    Misconception(
        "dbias without the output padding",
        ((DBIAS, DBIAS.replace("dy", "dy[:, :, : height - output_padding, : width - output_padding]")),),
        "dbias leaves out the rows and columns of the output padding. The bias is added there too: sum over all of dy.",
    ),
    Misconception(
        "dx and dweight without the output padding",
        (
            (
                DPATCHES,
                "seen = dy.copy()\n"
                "        seen[:, :, height - output_padding :] = 0\n"
                "        seen[..., width - output_padding :] = 0\n"
                f"        {DPATCHES.replace('(dy', '(seen')}",
            ),
        ),
        "dx and dweight do not read the last rows and columns of dy, those of the output padding. Stamps reach there, "
        "so their gradients must read them.",
    ),
    Misconception(
        "dx averaged over the kernel",
        ((DX, DX.replace("(_flat_kernel(weight) @ dpatches,", "(_flat_kernel(weight) @ dpatches / kernel**2,")),),
        "You divided dx by the number of places in the kernel. Every number of x acts on all of them, and what comes "
        "back is added up.",
    ),
    Misconception(
        "dweight grows from call to call",
        (
            (PULLBACK, f"    dweight = np.zeros_like(weight)\n\n{PULLBACK}"),
            ("        return dx,", f"        dweight[:] += {DWEIGHT}\n        return dx,"),
            (f"return dx, {DWEIGHT}", "return dx, dweight"),
        ),
        GROWS,
    ),
    Misconception(
        "all gradients grow from call to call",
        (
            (PULLBACK, f"    sums = np.zeros_like(x), np.zeros_like(weight), np.zeros_like(bias)\n\n{PULLBACK}"),
            (
                f"        return dx, {DWEIGHT}, {DBIAS}",
                f"        for one, new in zip(sums, (dx, {DWEIGHT}, {DBIAS})):\n"
                "            one += new\n"
                "        return sums",
            ),
        ),
        GROWS,
    ),
    Misconception(
        "bias in every stamp",
        (
            (STAMPS, STAMPS + " + np.repeat(bias, kernel * kernel)[:, None]"),
            ("    y += bias[:, None, None]\n", ""),
        ),
        "You put the bias into every stamp. Where stamps overlap it is added more than once, and where none "
        "reaches not at all. It is added once to every number of y, after all stamps.",
    ),
)
