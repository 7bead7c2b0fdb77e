"""Draws README's pictures of the explorer: docs/explorer.png and docs/explorer_moving.png."""

import io
import shutil
from math import cos, pi, sin
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from common.plots.animated import moving_png
from course.explorer.page import shipped_page, write_page

DOCS = Path(__file__).parents[2] / "docs"
FRAMES, SECONDS = 24, 0.15


def draw(page: Page, address: str) -> None:
    """Write both pictures: the page as it stands, and z on its way around the plane."""
    page.goto(f"{address}#m=beta_1&z=0.90,-1.00&view=codes&t=2&i=1")
    page.wait_for_timeout(3000)
    page.evaluate("document.querySelector('.wide').hidden = true")  # the Python lines would make it twice as high
    page.locator(".panels").screenshot(path=DOCS / "explorer.png")
    box = page.locator(".panels").bounding_box()
    assert box is not None
    clip = {"x": box["x"], "y": box["y"], "width": 2 * box["width"] / 3, "height": 500}
    frames = []
    for turn in np.linspace(0, 2 * pi, FRAMES, endpoint=False):
        page.evaluate("z => update({ z: Float32Array.from(z) })", [1.6 * cos(turn), 1.6 * sin(turn)])
        page.wait_for_timeout(400)
        shot = Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("RGB")
        frames.append(np.asarray(shot.resize((shot.width * 2 // 3, shot.height * 2 // 3)).quantize(64).convert("RGB")))
    (DOCS / "explorer_moving.png").write_bytes(moving_png(frames, SECONDS))


if __name__ == "__main__":
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder) / "explorer.html"
        write_page(path, shipped_page())
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        draw(browser.new_page(viewport={"width": 1280, "height": 1100}), path.as_uri())
        browser.close()
