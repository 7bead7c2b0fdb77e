"""`vae autoencoder`: pictures to latents and back, by weights in a file of the user's."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from common.errors import OperationFailed
from paper.autoencoder_kl.model import AutoencoderKL, Configuration
from paper.autoencoder_kl.weights import pretrained

SIZE = Configuration(widths=(4, 6, 6), latents=3, blocks=1, groups=2)
CONFIG = {
    "_class_name": "AutoencoderKL",
    "_diffusers_version": "0.42.1",
    "act_fn": "silu",
    "block_out_channels": [4, 6, 6],
    "down_block_types": ["DownEncoderBlock2D"] * 3,
    "in_channels": 3,
    "latent_channels": 3,
    "layers_per_block": 1,
    "norm_num_groups": 2,
    "out_channels": 3,
    "sample_size": 32,
    "scaling_factor": 0.25,
    "up_block_types": ["UpDecoderBlock2D"] * 3,
}
FILE = Path("vae/diffusion_pytorch_model.safetensors")


@pytest.fixture
def model() -> AutoencoderKL:
    """A small autoencoder, whose weights lie in FILE, config.json beside them; and a picture of 13 x 18 pixels."""
    torch.manual_seed(0)
    made = AutoencoderKL(SIZE)
    store(made.state_dict())
    pixels = np.random.default_rng(0).integers(0, 256, (13, 18, 3), dtype=np.uint8)
    Image.fromarray(pixels).save("picture.png")
    return made


def pixels_of(path: str) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture)


def store(tensors: dict[str, torch.Tensor], config: dict | None = CONFIG) -> None:
    FILE.parent.mkdir(exist_ok=True)
    save_file({name: value.contiguous() for name, value in tensors.items()}, FILE)
    if config is not None:
        FILE.with_name("config.json").write_text(json.dumps(config))


def test_latents_are_scaled_means_of_the_middle_of_the_picture(vae, model):
    result = vae("autoencoder", "encode", "picture.png", "--weights", FILE)
    assert result.exit_code == 0, result.stderr
    assert "13x18 pixels were cut to 12x16, the middle: sides must be multiples of 4." in result.stderr
    assert "576 numbers of the picture became 36: 3 x 3 x 4" in result.stdout
    middle = pixels_of("picture.png")[:12, 1:17]
    with torch.no_grad():
        mean = model.encode(torch.tensor(middle).movedim(-1, 0)[None] / 127.5 - 1).mean
    torch.testing.assert_close(load_file("latents.safetensors"), {"latents": 0.25 * mean}, rtol=1e-4, atol=1e-5)
    with safe_open("latents.safetensors", framework="pt") as file:
        assert file.metadata() == {"scale_factor": "0.25"}


def test_a_decoded_picture_is_the_decoder_s_of_latents_divided_by_the_factor(vae, model):
    vae("autoencoder", "encode", "picture.png", "--weights", FILE)
    result = vae("autoencoder", "decode", "latents.safetensors", "--weights", FILE, "-o", "again.png")
    assert result.exit_code == 0, result.stderr
    with torch.no_grad():
        x = model.decode(load_file("latents.safetensors")["latents"] / 0.25)[0]
    found = pixels_of("again.png").astype(int)
    wanted = ((x + 1) * 127.5).round().clamp(0, 255).movedim(0, -1).numpy()
    assert found.std() > 1
    assert np.abs(found - wanted).max() <= 1


def test_a_grey_autoencoder_takes_and_gives_grey_pictures(vae, model):
    size = Configuration(widths=(4,), channels=1, latents=2, groups=2)
    grey = {"block_out_channels": [4], "in_channels": 1, "out_channels": 1, "latent_channels": 2, "norm_num_groups": 2}
    store(AutoencoderKL(size).state_dict(), grey)
    vae("autoencoder", "encode", "picture.png", "--weights", FILE)
    result = vae("autoencoder", "decode", "latents.safetensors", "--weights", FILE)
    assert result.exit_code == 0, result.stderr
    assert pixels_of("decoded.png").shape == (13, 18)


def test_names_of_older_versions_and_weights_of_sixteen_bits_are_read(model):
    present = {".to_q.": ".query.", ".to_k.": ".key.", ".to_v.": ".value.", ".to_out.0.": ".proj_attn."}
    older = {}
    for name, value in model.state_dict().items():
        for now, then in present.items():
            name = name.replace(now, then)
        older[name] = value.half()
    assert sum(".query." in name for name in older) == 4
    store(older)
    found = pretrained(FILE).model.state_dict()
    assert set(found) == set(model.state_dict())
    for name, value in model.state_dict().items():
        assert found[name].dtype == torch.float32
        assert torch.equal(found[name], value.half().float())


def test_without_config_the_sizes_and_the_factor_are_stable_diffusion_s(model):
    store(model.state_dict(), config=None)
    FILE.with_name("config.json").unlink()
    with pytest.raises(OperationFailed, match=r"lacks \d+ of 248 tensors"):
        pretrained(FILE)
    assert Configuration() == Configuration((128, 256, 512, 512), 3, 4, 2, 32, attention=True)


def without(name: str, tensors: dict) -> dict:
    return {key: value for key, value in tensors.items() if key != name}


UNFIT = {
    "missing": (lambda t: without("quant_conv.bias", t), "lacks 1 of 152 tensors, such as quant_conv.bias"),
    "too many": (lambda t: {**t, "loss.logvar": torch.zeros(1)}, "has 1 tensors too many, such as loss.logvar"),
    "another shape": (
        lambda t: {**t, "quant_conv.bias": torch.zeros(8)},
        "quant_conv.bias has the shape (8,), where (6,) is expected",
    ),
    "a pipeline": (
        lambda t: {f"first_stage_model.{name}": value for name, value in t.items()},
        "holds a whole pipeline, not an autoencoder alone (first_stage_model.",
    ),
    "whole numbers": (lambda t: {**t, "quant_conv.bias": torch.zeros(6, dtype=torch.int8)}, "holds torch.int8"),
    "not finite": (lambda t: {**t, "quant_conv.bias": torch.full((6,), torch.nan)}, "numbers that are not finite"),
}


@pytest.mark.parametrize(("change", "message"), UNFIT.values(), ids=UNFIT)
def test_weights_that_do_not_fit_are_refused_with_the_name_of_a_tensor(vae, model, change, message):
    store(change(model.state_dict()))
    result = vae("autoencoder", "encode", "picture.png", "--weights", FILE)
    assert result.exit_code == 1
    assert message in " ".join(result.stderr.split())
    assert not Path("latents.safetensors").exists()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"use_quant_conv": False}, "use_quant_conv"),
        ({"shift_factor": 0.06}, "shift_factor"),
        ({"scaling_factor": 0}, "scaling_factor"),
        ({"down_block_types": ["AttnDownEncoderBlock2D"] * 3}, "down_block_types"),
        ({"block_out_channels": [4, 5, 6]}, "multiples of norm_num_groups"),
        ({"out_channels": 1}, "out_channels should be in_channels"),
    ],
)
def test_a_config_of_another_kind_of_autoencoder_is_refused(vae, model, fields, message):
    store(model.state_dict(), CONFIG | fields)
    result = vae("autoencoder", "encode", "picture.png", "--weights", FILE)
    assert result.exit_code == 1
    assert message in result.stderr


@pytest.mark.parametrize("ending", [".ckpt", ".pt", ".bin"])
def test_a_pickle_is_never_opened_and_the_message_says_which_file_to_take(vae, model, ending):
    os.mkfifo(f"model{ending}")  # who opens it waits for ever
    result = vae("autoencoder", "encode", "picture.png", "--weights", f"model{ending}")
    assert result.exit_code == 2
    assert "--weights" in result.stderr
    assert "is a pickle, which may run code when it is read" in result.stderr
    assert "Take vae/diffusion_pytorch_model.safetensors" in result.stderr


def test_files_that_are_none_or_cut_off_or_too_small_are_refused_and_leave_nothing_behind(vae, model):
    Path("cut.safetensors").write_bytes(FILE.read_bytes()[:1000])
    Image.new("RGB", (3, 40)).save("thin.png")
    Path("text.png").write_text("no picture")
    before = set(Path.cwd().iterdir())
    for picture, weights, message in (
        ("picture.png", "cut.safetensors", "not a readable safetensors file"),
        ("picture.png", "none.safetensors", "No such file"),
        ("none.png", FILE, "none.png: not a file"),
        ("text.png", FILE, "neither a PNG nor a JPEG"),
        ("thin.png", FILE, "has 40x3 pixels"),
    ):
        result = vae("autoencoder", "encode", picture, "--weights", weights)
        assert result.exit_code == 1
        assert message in " ".join(result.stderr.split())
    assert set(Path.cwd().iterdir()) == before


@pytest.mark.parametrize(
    ("content", "metadata", "message"),
    [
        ({"latents": torch.zeros(1, 3, 2, 2)}, {"scale_factor": "0.5"}, "latents of another autoencoder"),
        ({"latents": torch.zeros(1, 4, 2, 2)}, {}, "where (1, 3, height, width)"),
        ({"latents": torch.zeros(2, 3, 2, 2)}, {}, "where (1, 3, height, width)"),
        ({"latents": torch.zeros(1, 3, 2000, 2000)}, {}, "at most 1,048,576 pixels"),
        ({"latents": torch.full((1, 3, 2, 2), torch.inf)}, {}, "not finite"),
        ({"z": torch.zeros(1, 3, 2, 2)}, {}, "holds no latents"),
    ],
)
def test_latents_that_do_not_fit_the_weights_are_refused(vae, model, content, metadata, message):
    save_file(content, "other.safetensors", metadata=metadata)
    result = vae("autoencoder", "decode", "other.safetensors", "--weights", FILE)
    assert result.exit_code == 1
    assert message in " ".join(result.stderr.split())
    assert not Path("decoded.png").exists()


def test_latents_of_a_diffusion_model_without_a_stated_factor_are_decoded(vae, model):
    save_file({"latents": torch.randn(1, 3, 2, 5).half()}, "drawn.safetensors")
    assert vae("autoencoder", "decode", "drawn.safetensors", "--weights", FILE).exit_code == 0
    assert pixels_of("decoded.png").shape == (8, 20, 3)


@pytest.mark.parametrize(("command", "output"), [("encode", "latents.png"), ("decode", "picture.jpg")])
def test_an_output_of_another_kind_is_refused(vae, model, command, output):
    result = vae("autoencoder", command, "picture.png", "--weights", FILE, "-o", output)
    assert result.exit_code == 2
    assert "--output: got" in result.stderr
