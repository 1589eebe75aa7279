"""The usual way to watch a camera, as a measure for ours: decode every picture, look for motion, detect while something moves."""

import time
from pathlib import Path

import av
import cv2
import numpy as np

from bench.vision_scenes import bgr
from camera_adapters.vision.detector import Detector, letterboxed
from camera_adapters.vision.gate import luma_of

_LONG_SIDE_PX = 416
_LEARNING_RATE = 0.02
_DIFFERENCE = 25
_LEAST_AREA_PX = 60
_DETECT_EVERY_S = 1.0
_HIT = 0.45


def cost_ms(path: Path, detector: Detector) -> float:
    """CPU milliseconds per camera-second of what such pipelines do at least.

    Every picture is decoded and compared with a running mean; while something moves, the whole frame goes to the detector, upright only, at
    most once a second. Who lies still is not found by it.
    """
    mean: np.ndarray[tuple[int, ...], np.dtype[np.float32]] | None = None
    detected_s = at_s = float("-inf")
    began = time.process_time()
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "NONE"
        stream.codec_context.thread_count = 1
        for frame in container.decode(stream):
            at_s = float((frame.pts or 0) * (stream.time_base or 1))
            seen = cv2.GaussianBlur(luma_of(np.asarray(frame.to_ndarray(format="gray"), np.uint8)), (5, 5), 0).astype(np.float32)
            if mean is None:
                mean = seen.copy()
            moved = cv2.morphologyEx((cv2.absdiff(seen, mean) > _DIFFERENCE).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
            cv2.accumulateWeighted(seen, mean, _LEARNING_RATE)
            if int(moved.sum()) >= _LEAST_AREA_PX and at_s - detected_s >= _DETECT_EVERY_S:
                detected_s = at_s
                detector.find(letterboxed(bgr(frame), _LONG_SIDE_PX)[0], _HIT)
    return (time.process_time() - began) * 1000 / at_s
