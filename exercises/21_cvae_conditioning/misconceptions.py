"""Wrong answers to exercise 21."""

from course.workbook.content import Misconception

HOT = "F.one_hot(labels, classes).to"
ROW = "torch.cat([x.flatten(1), one_hot(labels, classes).to(x.dtype)], dim=1)"
PLANES = "one_hot(labels, classes).to(x.dtype)[:, :, None, None].expand(-1, -1, *x.shape[2:])"
CHANNELS = "torch.cat([x, planes], dim=1)"

MISCONCEPTIONS = (
    Misconception(
        "classes counted in the batch",
        ((HOT, "F.one_hot(labels).to"),),
        "The number of columns comes from the largest label of the batch. A batch without the last class then gets "
        "another width than the network expects: use `classes`.",
    ),
    Misconception(
        "labels renumbered",
        ((HOT, "F.one_hot(torch.unique(labels, return_inverse=True)[1], classes).to"),),
        "You numbered the labels that are in the batch afresh. Label 7 must be column 7 in every batch.",
    ),
    Misconception(
        "labels counted from 1",
        ((HOT, "F.one_hot((labels - 1) % classes, classes).to"),),
        "The columns are off by one. Labels count from 0: label 0 is the first column.",
    ),
    Misconception(
        "one-hot transposed",
        (("to(torch.get_default_dtype())", "to(torch.get_default_dtype()).T"),),
        "There is a column for every image and a row for every class. The batch is always the first axis.",
    ),
    Misconception(
        "label as a number in every column",
        ((HOT, "labels[:, None].expand(-1, classes).to"),),
        "Every column holds the label itself. One-hot means: 1 in the column of the label, 0 in all others. As a "
        "number, class 9 would be more than class 1, and that order means nothing.",
    ),
    Misconception(
        "label in front",
        ((ROW, "torch.cat([one_hot(labels, classes).to(x.dtype), x.flatten(1)], dim=1)"),),
        "The label stands in front of the image. It must stand behind: the weights of the network know the columns by "
        "their place.",
    ),
    Misconception(
        "label as a number",
        ((ROW, "torch.cat([x.flatten(1), labels[:, None].to(x.dtype)], dim=1)"),),
        "You appended the label itself, one column. As a number, class 9 would be more than class 1, and that order "
        "means nothing: append the one-hot label.",
    ),
    Misconception(
        "label left out",
        ((ROW, "x.flatten(1)"),),
        "The image is flattened, but the label is not there. Without it the network is that of a plain VAE.",
    ),
    Misconception(
        "first label for the whole batch",
        ((ROW, "torch.cat([x.flatten(1), one_hot(labels[:1], classes).to(x.dtype).expand(len(x), -1)], dim=1)"),),
        "Every image gets the label of the first one. Each image has a label of its own.",
    ),
    Misconception(
        "x detached",
        ((ROW, "torch.cat([x.detach().flatten(1), one_hot(labels, classes).to(x.dtype)], dim=1)"),),
        "The numbers are right, but no gradient flows back into x. z comes from the encoder, which would learn nothing "
        "from the reconstruction.",
    ),
    Misconception(
        "label added",
        ((ROW, "F.pad(x.flatten(1), (0, classes)) + F.pad(one_hot(labels, classes), (0, x[0].numel())).to(x.dtype)"),),
        "You added the label to the first columns of the image. It must have columns of its own, or the network cannot "
        "tell it from the pixels.",
    ),
    Misconception(
        "pixels in another order",
        ((ROW, "torch.cat([x.transpose(1, -1).flatten(1), one_hot(labels, classes).to(x.dtype)], dim=1)"),),
        "The pixels stand in another order: axes change places before the image is flattened. Flatten "
        "(channels, height, width) as it is.",
    ),
    Misconception(
        "label planes in front",
        ((CHANNELS, "torch.cat([planes, x], dim=1)"),),
        "The channels of the label stand in front of those of the image. They must stand behind.",
    ),
    Misconception(
        "one plane with the label as a number",
        ((PLANES, "labels[:, None, None, None].to(x.dtype).expand(-1, -1, *x.shape[2:])"),),
        "You appended one channel that holds the label itself. Append one channel for every class, of 0 and 1.",
    ),
    Misconception(
        "label repeated in the wrong order",
        (
            (
                PLANES,
                "one_hot(labels, classes).to(x.dtype).repeat(1, x.shape[2] * x.shape[3])"
                ".reshape(len(x), classes, *x.shape[2:])",
            ),
        ),
        "The planes are not constant. repeat writes the whole label again and again, and reshape then cuts it up "
        "across the classes. Add the two axes first, then expand.",
    ),
    Misconception(
        "label at one pixel",
        (
            (
                PLANES,
                "F.pad(one_hot(labels, classes).to(x.dtype)[:, :, None, None], (0, x.shape[3] - 1, 0, x.shape[2] - 1))",
            ),
        ),
        "Only the top left pixel knows the label. A convolution looks at a small window, so every pixel must have it.",
    ),
    Misconception(
        "planes divided by the number of pixels",
        ((CHANNELS, "torch.cat([x, planes / (x.shape[2] * x.shape[3])], dim=1)"),),
        "You spread one 1 over the plane. Every pixel of the plane of the label is 1.",
    ),
    Misconception(
        "image channels detached",
        ((CHANNELS, "torch.cat([x.detach(), planes], dim=1)"),),
        "The numbers are right, but no gradient flows back into x. Something that learns may stand in front of it.",
    ),
    Misconception(
        "whole numbers for floats",
        (("F.one_hot(labels, classes).to(torch.get_default_dtype())", "F.one_hot(labels, classes)"),),
        "F.one_hot returns whole numbers (int64). A network computes with floats: convert them, for example with "
        ".float().",
    ),
    Misconception(
        "every image gets all labels",
        ((HOT, "F.one_hot(labels, classes).amax(0, keepdim=True).expand(len(labels), -1).to"),),
        "Each row has a 1 for every label of the batch: rows[:, labels] = 1 sets whole columns. Each row has "
        "one 1: rows[torch.arange(batch), labels] = 1.",
    ),
    Misconception(
        "label written over the image",
        ((ROW, "torch.cat([x.flatten(1)[:, :-classes], one_hot(labels, classes).to(x.dtype)], dim=1)"),),
        "The label overwrites the last numbers of the image. It stands behind them, so the row gets longer.",
    ),
    Misconception(
        "images mixed",
        ((ROW, "torch.cat([x.reshape(-1, len(x)).T, one_hot(labels, classes).to(x.dtype)], dim=1)"),),
        "A row holds numbers of several images. The batch is the first axis: keep it, and flatten the others.",
    ),
    Misconception(
        "label's number in its plane",
        (
            (
                PLANES,
                "(one_hot(labels, classes) * labels[:, None]).to(x.dtype)[:, :, None, None]"
                ".expand(-1, -1, *x.shape[2:])",
            ),
        ),
        "The plane of the label holds the label's number. It must be 1 for every class; class 0 would have no mark.",
    ),
    Misconception(
        "label 0 without a column",
        ((HOT, "F.one_hot(labels, classes + 1)[:, 1:].to"),),
        "The columns count from 1: label 0 has none, and label 1 has the first. Labels count from 0.",
    ),
)
