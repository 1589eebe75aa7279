"""Sealing of text fields for commands, and opening them for those who may see them."""

import base64
import binascii

from contracts.errors import UnreadableError
from contracts.ports import KeyStore
from contracts.values import Sealed


class TextSealer:
    """contracts.ports.Sealer over a keystore."""

    def __init__(self, keys: KeyStore) -> None:
        self._keys = keys

    def seal_text(self, key: str, text: str) -> Sealed:
        """Seal UTF-8 text with a person's key. Raises KeyDestroyedError."""
        return Sealed(key=key, box=base64.b64encode(self._keys.seal(key, text.encode())).decode())

    def unseal_text(self, sealed: Sealed) -> str:
        """Open a field. Raises KeyDestroyedError, UnreadableError."""
        try:
            return self._keys.unseal(sealed.key, base64.b64decode(sealed.box, validate=True)).decode()
        except (binascii.Error, UnicodeDecodeError) as err:
            raise UnreadableError("A sealed field is not base64 of UTF-8 text.") from err
