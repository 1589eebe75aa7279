"""MPEG-TS over HTTP."""
