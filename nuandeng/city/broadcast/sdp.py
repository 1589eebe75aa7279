"""The description of a camera for RTSP. Source: RFC 4566, RFC 6184 §8.2."""

from base64 import b64encode

from nuandeng.city.broadcast.film import Film
from nuandeng.city.broadcast.rtp import PAYLOAD_TYPE

TRACK = "track1"


def describe(film: Film, host: str) -> str:
    """Return the SDP of a film's one video track."""
    sets = f"{b64encode(film.sps).decode()},{b64encode(film.pps).decode()}"
    lines = [
        "v=0", f"o=- 0 0 IN IP4 {host}", "s=camera", f"c=IN IP4 {host}", "t=0 0", "a=range:npt=now-", "a=control:*",
        f"m=video 0 RTP/AVP {PAYLOAD_TYPE}", f"a=rtpmap:{PAYLOAD_TYPE} H264/90000",
        f"a=fmtp:{PAYLOAD_TYPE} packetization-mode=1;profile-level-id={film.sps[1:4].hex().upper()};sprop-parameter-sets={sets}",
        f"a=control:{TRACK}",
    ]  # fmt: skip
    return "\r\n".join(lines) + "\r\n"
