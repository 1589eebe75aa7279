"""Which address to try first: a camera's small stream is enough for us and costs a tenth of the big one. Pure."""

import re

# (what the vendor's address of the main stream looks like, the sub-stream's)
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(/Streaming/(?:Channels|tracks)/\d+)01(?=$|[/?])", re.IGNORECASE), r"\g<1>02"),  # Hikvision, ISAPI
    (re.compile(r"(/h26[45]/ch\d+)/main(?=/)", re.IGNORECASE), r"\g<1>/sub"),  # Hikvision, older
    (re.compile(r"([?&]subtype=)0(?=$|&)", re.IGNORECASE), r"\g<1>1"),  # Dahua
    (re.compile(r"(/media/video)1(?=$|[/?])", re.IGNORECASE), r"\g<1>2"),  # Uniview
    (re.compile(r"(/stream)1(?=$|[?])", re.IGNORECASE), r"\g<1>2"),  # TP-Link
)


def addresses(url: str) -> tuple[str, ...]:
    """Return the addresses to try in order: the sub-stream if the vendor's form is known, then the one given."""
    for form, small in _RULES:
        changed = form.sub(small, url)
        if changed != url:
            return changed, url
    return (url,)


def without_login(url: str) -> str:
    """Return an address fit for a log line: user and password taken out."""
    return re.sub(r"(?<=//)[^/@]*@", "", url)
