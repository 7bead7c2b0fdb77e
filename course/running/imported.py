"""`vae data import`: from a folder of pictures to a data set, and what is said on the way."""

from pathlib import Path

from common.data import DATASETS, Description, own
from common.data.picture_folder import read_folder, size_from
from common.data.remote import cache_folder
from course.console import notices, say, warn


def import_pictures(folder: Path, name: str | None, size: str | None, share: float, seed: int, *, grey: bool) -> None:
    """Import a folder under a name; say which files are left out and why, and what there is in the end.

    Raises
    ------
    InvalidArgument
        If there is no such folder, or another argument cannot be.
    OperationFailed
        If there are not two usable pictures, or the data set cannot be written.
    """
    cache = cache_folder(None)
    chosen = own.plain_name(folder.resolve().name) if name is None else name
    own.require_free_name(chosen, set(DATASETS), cache)
    wanted = None if size is None else size_from(size)
    with notices().status(f"Reading the pictures in {folder}"):
        pictures = read_folder(folder, wanted, grey=grey)
    for file, why in pictures.refused.items():
        warn(f"{file} was left out: {why}.")
    about = own.store(chosen, pictures, f"the folder {folder.resolve().name}", share, seed, cache)
    _summarise(about, len(pictures.refused))


def _summarise(about: Description, left_out: int) -> None:
    channels, height, width = about.image_shape
    counts = " and ".join(f"{count:,} {part}" for part, count in about.counts.items())
    labels = f"; labels: {', '.join(about.label_names)}" if about.label_names else "; no labels"
    kind = "grey" if channels == 1 else "colour"
    files = "1 file" if left_out == 1 else f"{left_out} files"
    say(f"{about.name}: {counts} images, {height}x{width}, {kind}{labels}; {files} left out")
    say(f"Likelihood: {about.likelihood}")
    say(f"What next:\n  vae data show {about.name}\n  vae train paper --data {about.name}")
