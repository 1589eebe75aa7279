"""What a camera's pictures tell: the vision of one camera, and the keeping of a picture, as Protocols."""

from dataclasses import dataclass
from typing import Protocol

from camera_adapters.frames import Frame
from camera_adapters.vision.detection import Detection
from contracts.values import Box, Picture


@dataclass(frozen=True, slots=True)
class Sighted:
    """boxes: people sure enough to be told. uncertain: something is there to be looked at again. blind: why the picture is of no use.

    found: whom this look found, sure or not, in pixels: for blurring.
    """

    boxes: tuple[Box, ...] = ()
    found: tuple[Detection, ...] = ()
    uncertain: bool = False
    blind: str | None = None


class Sight(Protocol):
    """Sees one camera's frames, in order. Made anew when the resolution changes."""

    def see(self, frame: Frame) -> Sighted:
        """Look at a frame."""


class SightMaker(Protocol):
    """Makes the sight of a camera whose frames are this large."""

    def __call__(self, camera: str, width: int, height: int, /) -> Sight: ...


class PictureKeeper(Protocol):
    """Stores a frame with people in it: sealed, and blurred."""

    def __call__(self, frame: Frame, sighted: Sighted, camera: str, /) -> Picture:
        """Return what an event carries of it. Raises OSError, NuandengError."""
