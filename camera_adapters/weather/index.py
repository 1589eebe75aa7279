"""An index of messages: Atom or RSS whose entries link to CAP messages of the same host."""

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
    host = urlsplit(base).netloc
    absolute = (urljoin(base, link) for link in found if link)
    believed = (link for link in absolute if urlsplit(link).netloc == host and urlsplit(link).scheme in {"http", "https"})
    return tuple(dict.fromkeys(believed))[:limit]


def _atom_link(entry: Element) -> str:
    offered = sorted(children(entry, "link"), key=lambda link: "cap" not in link.get("type", ""))
    return offered[0].get("href", "") if offered else ""
