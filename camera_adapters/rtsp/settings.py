"""What may be set for a camera over RTSP."""

from contracts.values import Value


class RtspSettings(Value, frozen=True, kw_only=True):
    """silent_after_s: no packet for so long, and the connection is given up. over_udp: for cameras that refuse TCP."""

    silent_after_s: float = 5.0
    over_udp: bool = False

    def options(self) -> dict[str, str]:
        """FFmpeg's. `nobuffer` is left out on purpose: it throws away what was read while looking, which is the first keyframe."""
        return {
            "rtsp_transport": "udp" if self.over_udp else "tcp",
            "allowed_media_types": "video",
            "timeout": str(round(self.silent_after_s * 1e6)),
            "probesize": "50000",
            "analyzeduration": "100000",
            "protocol_whitelist": "rtsp,rtsps,rtp,tcp,udp,tls,http,https",
        }
