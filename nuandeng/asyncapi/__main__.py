"""Write docs/asyncapi.json."""

from nuandeng.asyncapi.document import PAGE, text

PAGE.write_text(text(), encoding="utf-8")
