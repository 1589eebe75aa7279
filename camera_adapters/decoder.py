"""From coded pictures to frames. One decoder a camera; used by one thread at a time, never the one that reads the network."""

from fractions import Fraction

import av
from av.video.codeccontext import VideoCodecContext

from camera_adapters.adapter import Reason, SourceError
from camera_adapters.encoded import EncodedPicture
from camera_adapters.frames import Frame

_MILLISECOND = Fraction(1, 1000)
# 4K; a decoder holds up to 16 pictures of its stream, 14 MB each. What is larger needs the camera's sub-stream, or is an attack.
MAX_PIXELS = 4096 * 2304


class PictureDecoder:
    """Decodes keyframes on their own, and whole groups of pictures when they come. Follows changes of codec and size."""

    def __init__(self) -> None:
        self._codec: VideoCodecContext | None = None
        self._made_for: tuple[str, bytes] | None = None
        self._whole = False

    def decode(self, picture: EncodedPicture, *, whole: bool = False) -> list[Frame]:
        """Return the frames that came out, oldest first.

        Args:
            picture: a keyframe, or one that follows the last one given.
            whole: more of the same group will follow, so the decoder may hold frames back to bring them in order.
        Raises:
            SourceError: larger than MAX_PIXELS, or garbage; the decoder starts anew with the next keyframe.
        """
        if picture.size[0] * picture.size[1] > MAX_PIXELS:
            raise SourceError(Reason.TOO_LARGE, f"{picture.size[0]}×{picture.size[1]} pixels: take the camera's sub-stream.")
        codec = self._codec_for(picture)
        if picture.keyframe and (not whole or not self._whole):
            codec.flush_buffers()
        self._whole = whole
        packet = av.Packet(picture.octets)
        # The capture time rides on the presentation time, and so comes out with its own picture whatever the order.
        packet.time_base, packet.pts, packet.is_keyframe = _MILLISECOND, picture.captured_at_ms, picture.keyframe
        try:
            decoded = codec.decode(packet)
            if not decoded and not whole:
                decoded = codec.decode(None)
                codec.flush_buffers()
        except (av.FFmpegError, ValueError) as err:
            self._codec = None
            raise SourceError(Reason.GARBAGE, f"A picture in {picture.codec} does not decode: {err}") from err
        return [Frame(frame, picture.captured_at_ms if frame.pts is None else frame.pts) for frame in decoded]

    def _codec_for(self, picture: EncodedPicture) -> VideoCodecContext:
        wanted = (picture.codec, picture.setup)
        if self._codec is None or self._made_for != wanted:
            try:
                codec = av.CodecContext.create(picture.codec, "r")
            except (av.FFmpegError, ValueError) as err:
                raise SourceError(Reason.NO_VIDEO, f"There is no decoder for {picture.codec}.") from err
            if not isinstance(codec, VideoCodecContext):
                raise SourceError(Reason.NO_VIDEO, f"{picture.codec} is not video.")
            if picture.setup:
                codec.extradata = picture.setup
            if all(picture.size):
                codec.width, codec.height = picture.size
            codec.thread_type = "NONE"  # frames held back by threads would come a keyframe late
            codec.options = {"max_pixels": str(MAX_PIXELS), "flags": "low_delay"}
            self._codec, self._made_for = codec, wanted
        return self._codec
