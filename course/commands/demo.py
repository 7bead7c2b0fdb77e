"""`vae demo`: everything at a glance, in under a minute."""

from pathlib import Path
from typing import Annotated

import typer


def demo(folder: Annotated[Path, typer.Option(help="Where pictures and checkpoints go.")] = Path("demo")) -> None:
    """Train the VAE at all three levels, compare them, and draw pictures; takes less than a minute."""
    from course.demo.run import run_demo

    run_demo(folder)
