"""Bytes of a warning service → warnings, whichever of the two forms they are."""

from camera_adapters.weather.cap import NAMESPACE, read_cap
from camera_adapters.weather.cma12379 import read_12379
from camera_adapters.weather.xml_reading import children, local_name, namespace, read_xml
from contracts.errors import UnreadableError
from contracts.observations import WeatherWarning


def parse_warnings(raw: bytes) -> tuple[WeatherWarning, ...]:
    """Return the warnings of one message: at least one.

    Raises:
        UnreadableError: hostile or no XML, neither CAP 1.1 / 1.2 nor 12379, or something required is missing; the message says what.
    """
    root = read_xml(raw)
    if local_name(root) != "alert":
        raise UnreadableError(f"The root is <{local_name(root):.40}>, not <alert>.")
    space = namespace(root)
    if space in {f"{NAMESPACE}1.1", f"{NAMESPACE}1.2"}:
        return read_cap(root)
    if not space and children(root, "sendTime"):
        return read_12379(root)
    raise UnreadableError(f"Neither CAP 1.2 nor 12379: the namespace is {space!r:.80}.")
