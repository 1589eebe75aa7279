"""What can be wrong with pictures and weights."""

from contracts.errors import NuandengError


class FrameShapeError(NuandengError):
    """A picture that has another shape, type or size than was agreed."""

    code = "frame_shape"
    what_to_do = "Start a new pipeline when the camera's resolution changes; nothing of the old one can be kept."


class DetectorTamperedError(NuandengError):
    """The weights are not those that set-up made and recorded."""

    code = "detector_tampered"
    what_to_do = "Find out who changed the file, then run set-up again to build the weights from their locked sources."


class DetectorMissingError(NuandengError):
    """There are no weights, or no record of them."""

    code = "detector_missing"
    what_to_do = "Run `make setup`; it builds the weights from their locked sources."
