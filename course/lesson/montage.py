"""Several pictures as one, each with its label below."""

import io
from collections.abc import Sequence

from matplotlib.font_manager import findfont
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from common.plots.style import INK
from course.lesson.figures import compact

WIDTH = 1100
"""Pixels; a page of a notebook shows about as many."""
GAP, SIZE = 12, 15


def side_by_side(pictures: Sequence[bytes], labels: Sequence[str]) -> bytes:
    """Return PNGs beside one another, in as many rows as they need, as one PNG."""
    tiles = [_labelled(Pillow.open(io.BytesIO(one)), label) for one, label in zip(pictures, labels, strict=True)]
    rows = _rows(tiles)
    tops = _ends([max(tile.height for tile in row) for row in rows])
    canvas = Pillow.new("RGB", (max(_ends([tile.width for tile in row])[-1] for row in rows), tops[-1]), "white")
    for row, top in zip(rows, tops, strict=False):
        for tile, left in zip(row, _ends([tile.width for tile in row]), strict=False):
            canvas.paste(tile, (left, top))
    return compact(canvas)


def _labelled(picture: Pillow.Image, label: str) -> Pillow.Image:
    font = ImageFont.truetype(findfont("DejaVu Sans"), SIZE)
    width = max(picture.width, round(font.getlength(label)))
    tile = Pillow.new("RGB", (width, picture.height + 2 * SIZE), "white")
    tile.paste(picture, ((width - picture.width) // 2, 0))
    ImageDraw.Draw(tile).text((width / 2, picture.height), label, INK, font, "ma")
    return tile


def _rows(tiles: Sequence[Pillow.Image]) -> list[list[Pillow.Image]]:
    rows = [[tiles[0]]]
    for tile in tiles[1:]:
        if sum(one.width + GAP for one in rows[-1]) + tile.width <= WIDTH:
            rows[-1].append(tile)
        else:
            rows.append([tile])
    return rows


def _ends(lengths: Sequence[int]) -> list[int]:
    """Return where each of a row of lengths begins, with gaps between them, and where the last one ends."""
    starts = [0]
    for length in lengths:
        starts.append(starts[-1] + length + GAP)
    return [*starts[:-1], starts[-1] - GAP]
