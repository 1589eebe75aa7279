"""What may be set for a film in a file."""

from contracts.values import Value


class FileSettings(Value, frozen=True, kw_only=True):
    """loop: begin again at the end. real_time: as fast as it was taken; else as fast as it can be read."""

    loop: bool = True
    real_time: bool = True

    def options(self) -> dict[str, str]:
        """FFmpeg's. A playlist in a file must not reach the network or other files."""
        return {"protocol_whitelist": "file"}
