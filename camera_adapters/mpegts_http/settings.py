"""What may be set for a transport stream over HTTP."""

from contracts.values import Value


class MpegtsHttpSettings(Value, frozen=True, kw_only=True):
    """silent_after_s: no byte for so long, and the connection is given up."""

    silent_after_s: float = 5.0

    def options(self) -> dict[str, str]:
        """FFmpeg's. The whitelist keeps a redirect from reaching anything but HTTP."""
        return {
            "rw_timeout": str(round(self.silent_after_s * 1e6)),
            "probesize": "200000",
            "analyzeduration": "500000",
            "protocol_whitelist": "http,https,tcp,tls",
        }
