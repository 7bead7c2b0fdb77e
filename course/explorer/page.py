"""The page as one file: what is told of the models, the style and the scripts, and nothing from elsewhere."""

import json
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from string import Template
from typing import Any

from common.files import atomic_write
from course.explorer.reading import REACH, images_of, model_of
from course.lesson.models import file_of
from course.lesson.sources import located
from course.running.trained import Trained, open_checkpoint

FOLDER = Path(__file__).parent

SCRIPTS = ("arrays", "vae", "space", "pictures", "address", "plane", "pad", "panels", "tasks", "main")
"""In the order in which the page runs them, joined: a page that is opened as a file can load no module."""

BETAS = ("beta_0_1", "beta_0_5", "beta_1", "beta_2", "beta_4", "beta_16")
TWENTY = "twenty_latents"


def shipped_page() -> str:
    """Return the page of the models that come with the course."""
    return page({name: open_checkpoint(file_of(name), "numpy") for name in (*BETAS, TWENTY)})


def page(models: dict[str, Trained]) -> str:
    """Return a page of models of the same images, by the names that they have in its address."""
    first = next(iter(models.values()))
    document = {
        "reach": REACH,
        "images": images_of(first),
        "models": [model_of(trained, name) for name, trained in models.items()],
        "sources": _sources(first.checkpoint.plan.architecture.likelihood),
    }
    return assembled(document)


def assembled(document: dict[str, Any]) -> str:
    """Return the page with this document in it; its policy lets in this style and this script alone."""
    style = (FOLDER / "style.css").read_text(encoding="utf-8")
    script = "\n".join((FOLDER / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS)
    template = Template((FOLDER / "page.html").read_text(encoding="utf-8"))
    return template.substitute(
        style_hash=_hash(style), script_hash=_hash(script), style=style, script=script, document=_in_html(document)
    )


def write_page(path: Path, content: str) -> None:
    """Write a page atomically.

    Raises
    ------
    OperationFailed
        If the file cannot be written.
    """
    with atomic_write(path) as temporary:
        temporary.write_text(content, encoding="utf-8")


def _sources(likelihood: str) -> dict[str, str]:
    names = ("vae:elbo", "distributions:reparameterize", f"distributions:{likelihood}_log_likelihood")
    return {name: located(f"numpy_impl.{name}")[2] for name in (*names, "distributions:gaussian_kl", "vae:log_weights")}


def _in_html(document: dict[str, Any]) -> str:
    """Return JSON that cannot end the element it stands in."""
    return json.dumps(document, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")


def _hash(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()
