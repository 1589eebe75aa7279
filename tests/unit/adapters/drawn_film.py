"""A tiny film drawn for tests: a grey street on which a white square walks; every frame says its number in its brightness."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray


def picture(n: int, width: int, height: int) -> NDArray[np.uint8]:
    """Return frame n, shape (height, width, 3), BGR."""
    image = np.full((height, width, 3), 70, np.uint8)
    image[height // 2 :] = 100
    x = n * 4 % (width - 40)
    image[height // 2 - 20 : height // 2 + 20, x : x + 40] = 230
    return image


def draw_film(path: Path, *, width: int = 320, height: int = 240, frames: int = 40, rate: int = 10, keyframe_every: int = 10) -> Path:
    """Write an H.264 film with a keyframe every so many frames; returns path."""
    options = {"preset": "ultrafast", "g": str(keyframe_every), "keyint_min": str(keyframe_every), "sc_threshold": "0"}
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate, options=options)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.time_base = Fraction(1, rate)
        for n in range(frames):
            frame = av.VideoFrame.from_ndarray(picture(n, width, height), format="bgr24")
            frame.pts = n
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path
