"""Rectangles: (x0, y0, x1, y1) in pixels, x to the right, y down."""

import numpy as np
import numpy.typing as npt

Box = tuple[float, float, float, float]
Boxes = npt.NDArray[np.float32]
NO_BOXES: Boxes = np.zeros((0, 5), np.float32)


def area(box: Box) -> float:
    """Square pixels, 0 for an empty one."""
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def overlap(a: Box, b: Box) -> float:
    """Intersection over union, 0..1."""
    shared = area((max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])))
    return shared / (area(a) + area(b) - shared + 1e-9)


def inside_share(inner: Box, outer: Box) -> float:
    """How much of `inner` lies in `outer`, 0..1."""
    return area((max(inner[0], outer[0]), max(inner[1], outer[1]), min(inner[2], outer[2]), min(inner[3], outer[3]))) / (area(inner) + 1e-9)


def clipped(box: Box, width: float, height: float) -> Box:
    """Cut to a picture of this size."""
    return (min(max(0.0, box[0]), width), min(max(0.0, box[1]), height), min(max(0.0, box[2]), width), min(max(0.0, box[3]), height))


def best_apart(found: Boxes, most_overlap: float) -> Boxes:
    """Non-maximum suppression. found: (n, ≥ 5), column 4 is the score. Return the rows kept, best first."""
    order = found[:, 4].argsort()[::-1]
    areas = (found[:, 2] - found[:, 0]) * (found[:, 3] - found[:, 1])
    kept: list[int] = []
    while order.size:
        best, rest = int(order[0]), order[1:]
        kept.append(best)
        width = np.minimum(found[best, 2], found[rest, 2]) - np.maximum(found[best, 0], found[rest, 0])
        height = np.minimum(found[best, 3], found[rest, 3]) - np.maximum(found[best, 1], found[rest, 1])
        shared = np.clip(width, 0, None) * np.clip(height, 0, None)
        order = rest[shared / (areas[best] + areas[rest] - shared + 1e-9) <= most_overlap]
    return found[kept]
