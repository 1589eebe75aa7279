"""An index of messages: Atom or RSS whose entries link to CAP messages of the same host."""

from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

from camera_adapters.weather.xml_reading import children, local_name, text_of


def links(root: Element, base: str, limit: int) -> tuple[str, ...] | None:
    """Return the addresses that an index links to, at most `limit`; None when the document is no index.

    Only the host that served the index is believed: an index must not send us to others.
    """
    match local_name(root):
        case "feed":
            found = [_atom_link(entry) for entry in children(root, "entry")]
        case "rss":
            found = [text_of(item, "link") for channel in children(root, "channel") for item in children(channel, "item")]
        case _:
            return None
    return tuple(dict.fromkeys(_believed(found, base)))[:limit]


def _believed(found: list[str], base: str) -> Iterator[str]:
    host = urlsplit(base).netloc
    for link in filter(None, found):
        try:
            absolute = urljoin(base, link)
            parts = urlsplit(absolute)
        except ValueError:
            continue  # no address: one broken link must not hide the warnings behind it
        if parts.netloc == host and parts.scheme in {"http", "https"}:
            yield absolute


def _atom_link(entry: Element) -> str:
    offered = sorted(children(entry, "link"), key=lambda link: "cap" not in link.get("type", ""))
    return offered[0].get("href", "") if offered else ""
