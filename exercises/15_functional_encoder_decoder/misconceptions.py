"""Wrong answers to exercise 15."""

from course.workbook.content import Misconception

CLAMPED = "return mu, logvar.clamp(LOGVAR_MIN, LOGVAR_MAX)"
FIRST = 'h = relu(F.conv2d(x, params["encoder.conv1.weight"], params["encoder.conv1.bias"], stride=2, padding=1))'
SECOND = 'h = relu(F.conv2d(h, params["encoder.conv2.weight"], params["encoder.conv2.bias"], stride=2, padding=1))'
HIDDEN = 'h = relu(F.linear(h.flatten(1), params["encoder.hidden.weight"], params["encoder.hidden.bias"]))'
MU = 'mu = F.linear(h, params["encoder.mu.weight"], params["encoder.mu.bias"])'
LOGVAR = 'logvar = F.linear(h, params["encoder.logvar.weight"], params["encoder.logvar.bias"])'
DECODER_HIDDEN = 'h = relu(F.linear(z, params["decoder.hidden.weight"], params["decoder.hidden.bias"]))'
FEATURES = 'h = relu(F.linear(h, params["decoder.features.weight"], params["decoder.features.bias"]))'
VIEW = "h = h.view(len(z), -1, height // 4, width // 4)"
DECONV = 'h = relu(F.conv_transpose2d(h, params["decoder.deconv1.weight"], params["decoder.deconv1.bias"], **doubling))'
LOGITS = 'return F.conv_transpose2d(h, params["decoder.logits.weight"], params["decoder.logits.bias"], **doubling)'


def _without_relu(line: str) -> str:
    start, call = line.split("relu(", 1)
    return start + call.removesuffix(")")


MISCONCEPTIONS = (
    Misconception(
        "clamp forgotten",
        ((CLAMPED, "return mu, logvar"),),
        "logvar is not clamped. Without the bounds -20 and 20 a single large output makes exp(logvar) overflow, and "
        "the loss NaN.",
    ),
    Misconception(
        "logvar bounded by tanh",
        ((CLAMPED, "return mu, LOGVAR_MAX * (logvar / LOGVAR_MAX).tanh()"),),
        "You bound logvar smoothly. The course clamps it: inside of [-20, 20] the number stays as it is.",
    ),
    Misconception(
        "clamped from above alone",
        ((CLAMPED, "return mu, logvar.clamp(max=LOGVAR_MAX)"),),
        "logvar has two bounds. Without the lower one sigma becomes 0, and log densities with it become infinite.",
    ),
    Misconception(
        "sigma returned",
        ((CLAMPED, "return mu, (0.5 * logvar.clamp(LOGVAR_MIN, LOGVAR_MAX)).exp()"),),
        "The second output is logvar = log sigma^2 itself. What needs sigma takes exp(logvar / 2) there.",
    ),
    Misconception(
        "variance made positive",
        ((CLAMPED, "return mu, F.softplus(logvar).clamp(LOGVAR_MIN, LOGVAR_MAX)"),),
        "The second output is a logarithm, so it may be negative. A softplus or exp that makes it positive belongs to "
        "networks that return the variance.",
    ),
    Misconception(
        "mu and logvar exchanged",
        ((CLAMPED, "return logvar.clamp(LOGVAR_MIN, LOGVAR_MAX), mu"),),
        "The outputs are exchanged: mu comes first, then logvar.",
    ),
    Misconception(
        "logvar from the weights of mu",
        ((LOGVAR, LOGVAR.replace("encoder.logvar", "encoder.mu")),),
        "Both outputs use the weights of mu: a line copied and not changed. logvar has a layer of its own.",
    ),
    Misconception(
        "relu after the outputs",
        ((MU, MU.replace("= F", "= relu(F") + ")"), (LOGVAR, LOGVAR.replace("= F", "= relu(F") + ")")),
        "There is a ReLU after mu and logvar. Both may be negative: the last layer has no ReLU.",
    ),
    Misconception(
        "relu of the hidden layer forgotten",
        ((HIDDEN, _without_relu(HIDDEN)),),
        "The hidden layer of the encoder has no ReLU in your answer. Two linear layers in a row are one linear layer.",
    ),
    Misconception(
        "relu between the convolutions forgotten",
        ((FIRST, _without_relu(FIRST)),),
        "There is no ReLU between the two convolutions. Without it both together are one linear map.",
    ),
    Misconception(
        "relu after the second convolution forgotten",
        ((SECOND, _without_relu(SECOND)),),
        "There is no ReLU between the second convolution and the hidden layer.",
    ),
    Misconception(
        "encoder's biases left out",
        (
            (FIRST, FIRST.replace('params["encoder.conv1.bias"]', "None")),
            (SECOND, SECOND.replace('params["encoder.conv2.bias"]', "None")),
        ),
        "The convolutions have biases too: give them as the third argument.",
    ),
    Misconception(
        "height and width exchanged in the encoder",
        ((HIDDEN, HIDDEN.replace("h.flatten(1)", "h.transpose(2, 3).flatten(1)")),),
        "You exchanged height and width before you flattened the features. Keep the order (channels, height, width).",
    ),
    Misconception(
        "channels last",
        ((HIDDEN, HIDDEN.replace("h.flatten(1)", "h.permute(0, 2, 3, 1).flatten(1)")),),
        "You flattened the features with the channels last. The weights of the hidden layer expect (channels, height, "
        "width), the order of h.flatten(1).",
    ),
    Misconception(
        "grey levels taken for pixels",
        ((FIRST, FIRST.replace("conv2d(x,", "conv2d(x / 255,")),),
        "You divided the images by 255. They are 0 or 1 already when the encoder sees them.",
    ),
    Misconception(
        "images detached",
        ((FIRST, FIRST.replace("conv2d(x,", "conv2d(x.detach(),")),),
        "You cut the image off the graph. The numbers are right, but whoever asks for the gradient of the image gets "
        "none.",
    ),
    Misconception(
        "encoder without a graph",
        ((CLAMPED, "return mu.detach(), logvar.clamp(LOGVAR_MIN, LOGVAR_MAX).detach()"),),
        "The outputs are cut off the graph (detach or no_grad): the encoder would never learn anything.",
    ),
    Misconception(
        "sigmoid at the end",
        ((LOGITS, LOGITS.replace("return ", "return (") + ").sigmoid()"),),
        "You returned probabilities. The decoder returns logits; the likelihood works with those, because the log of a "
        "sigmoid overflows. A sigmoid stands only where a picture is made.",
    ),
    Misconception(
        "relu at the end",
        ((LOGITS, LOGITS.replace("return ", "return relu(") + ")"),),
        "There is a ReLU after the last layer. Logits may be negative: a dark pixel needs one.",
    ),
    Misconception(
        "relu before the view forgotten",
        ((FEATURES, _without_relu(FEATURES)),),
        "There is no ReLU after the second linear layer of the decoder (`features`).",
    ),
    Misconception(
        "relu after z forgotten",
        ((DECODER_HIDDEN, _without_relu(DECODER_HIDDEN)),),
        "The hidden layer of the decoder has no ReLU in your answer.",
    ),
    Misconception(
        "relu between the transposed convolutions forgotten",
        ((DECONV, _without_relu(DECONV)),),
        "There is no ReLU between the two transposed convolutions.",
    ),
    Misconception(
        "height and width exchanged in the decoder",
        ((VIEW, "h = h.view(len(z), -1, width // 4, height // 4).transpose(2, 3)"),),
        "You put the features into (width, height) and turned them afterwards. That mixes up the places: "
        "view them as (batch, channels, height / 4, width / 4) at once.",
    ),
    Misconception(
        "channels last in the decoder",
        ((VIEW, "h = h.view(len(z), height // 4, width // 4, -1).permute(0, 3, 1, 2)"),),
        "You read the features with the channels last. They are in the order (channels, height, width).",
    ),
    Misconception(
        "output padding forgotten",
        (
            ('"output_padding": 1}', '"output_padding": 0}'),
            (LOGITS, LOGITS.replace("return F", "y = F") + "\n    return F.pad(y, (0, 3, 0, 3))"),
        ),
        "Without output_padding=1 a transposed convolution makes 2n - 1 out of n, not 2n. To fill the missing rows and "
        "columns with zeros afterwards is no way out: the last pixels then have no logits of their own.",
    ),
    Misconception(
        "output_padding left out",
        (('"output_padding": 1}', '"output_padding": 0}'),),
        "Without output_padding=1 a transposed convolution with stride 2 makes 2n - 1 rows out of n, not 2n: several "
        "sizes n are halved to the same, and output_padding says which of them is meant. Both layers need it.",
    ),
    Misconception(
        "output_padding left out of the first layer",
        ((DECONV, DECONV.replace("**doubling", "stride=2, padding=1")),),
        "The first transposed convolution has no output_padding=1. It makes 2n - 1 rows out of n instead of 2n, and "
        "the second one doubles what is missing.",
    ),
    Misconception(
        "output_padding left out of the last layer",
        ((LOGITS, LOGITS.replace("**doubling", "stride=2, padding=1")),),
        "The last transposed convolution has no output_padding=1. It makes 2n - 1 rows out of n instead of 2n, so the "
        "logits lack a row and a column.",
    ),
    Misconception(
        "upsampling instead of a transposed convolution",
        (
            (
                DECONV,
                'w = params["decoder.deconv1.weight"].transpose(0, 1)\n    '
                'h = relu(F.conv2d(F.interpolate(h, scale_factor=2), w, params["decoder.deconv1.bias"], padding=1))',
            ),
        ),
        "You doubled the image first and convolved then. That is another layer than a transposed convolution, which "
        "spreads every pixel with the weights.",
    ),
    Misconception(
        "decoder's biases left out",
        (
            (DECONV, DECONV.replace('params["decoder.deconv1.bias"]', "None")),
            (LOGITS, LOGITS.replace('params["decoder.logits.bias"]', "None")),
        ),
        "The transposed convolutions have biases too: give them as the third argument.",
    ),
    Misconception(
        "z detached",
        ((DECODER_HIDDEN, DECODER_HIDDEN.replace("linear(z,", "linear(z.detach(),")),),
        "You cut z off the graph. The logits are right, but no gradient reaches z, and so the encoder learns nothing "
        "from the reconstruction.",
    ),
    Misconception(
        "decoder without a graph",
        ((LOGITS, LOGITS + ".detach()"),),
        "The logits are cut off the graph (detach or no_grad): neither the decoder nor the encoder would learn from "
        "the reconstruction.",
    ),
    Misconception(
        "mu clamped too",
        ((CLAMPED, "return mu.clamp(LOGVAR_MIN, LOGVAR_MAX), logvar.clamp(LOGVAR_MIN, LOGVAR_MAX)"),),
        "You clamped mu as well. The bounds are there so that exp(logvar) does not overflow; mu goes into no exp, and "
        "may be any number.",
    ),
    Misconception(
        "logvar with the bias of mu",
        ((LOGVAR, LOGVAR.replace("encoder.logvar.bias", "encoder.mu.bias")),),
        "logvar has its own weight in your answer, but the bias of mu: one name of a copied line was not changed.",
    ),
    Misconception(
        "parameters of the encoder taken out",
        ((FIRST, FIRST.replace('params["encoder.conv1.weight"]', 'params.pop("encoder.conv1.weight")')),),
        "You changed the caller's dict; `pop`, for one, takes an entry out, and the next call cannot find it. Read "
        "entries with square brackets, and put none back.",
    ),
    Misconception(
        "parameters of the decoder taken out",
        (
            (
                DECODER_HIDDEN,
                DECODER_HIDDEN.replace('params["decoder.hidden.weight"]', 'params.pop("decoder.hidden.weight")'),
            ),
        ),
        "You changed the caller's dict; `pop`, for one, takes an entry out, and the next call cannot find it. Read "
        "entries with square brackets, and put none back.",
    ),
    Misconception(
        "width before height",
        ((VIEW, "h = h.view(len(z), -1, width // 4, height // 4)"),),
        "Width stands before height in your view. Images are (batch, channels, height, width).",
    ),
    Misconception(
        "cut at the wrong end",
        (
            ('doubling = {"stride": 2, "padding": 1, "output_padding": 1}', 'doubling = {"stride": 2}'),
            (DECONV, DECONV.replace("**doubling)", "**doubling)[:, :, :-1, :-1]")),
            (LOGITS, LOGITS + "[:, :, :-1, :-1]"),
        ),
        "You left out the padding and cut off the last row and column. padding=1 takes away the first ones: your image "
        "is one pixel too far down and to the right after each layer.",
    ),
    Misconception(
        "clamped behind the back of autograd",
        (
            (
                CLAMPED,
                "logvar.data.clamp_(LOGVAR_MIN, LOGVAR_MAX)\n    "
                + CLAMPED.replace(".clamp(LOGVAR_MIN, LOGVAR_MAX)", ""),
            ),
        ),
        "The numbers are right, but autograd does not see the clamp: you wrote into .data, or under no_grad. Where "
        "logvar is beyond the bounds, its gradient must be 0. Return logvar.clamp(...).",
    ),
)
