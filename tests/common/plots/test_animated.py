import io

import numpy as np
import pytest
from PIL import Image

from common.errors import InvalidArgument
from common.plots.animated import gif, moving_png


@pytest.mark.parametrize(("save", "kind"), [(gif, "GIF"), (moving_png, "PNG")])
def test_frames_of_two_sizes_stand_on_white(save, kind):
    small, large = np.zeros((2, 3, 3), np.uint8), np.zeros((4, 7, 3), np.uint8)
    moving = Image.open(io.BytesIO(save([small, large], 0.1)))
    assert (moving.format, moving.n_frames, moving.info["duration"]) == (kind, 2, 100)
    assert moving.size == (7, 4)
    assert np.asarray(moving.convert("L")).sum() == 255 * (4 * 7 - 2 * 3)


def test_one_frame_is_no_animation():
    with pytest.raises(InvalidArgument, match="at least two"):
        gif([np.zeros((2, 2, 3), np.uint8)], 0.1)
