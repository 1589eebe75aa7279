"""JPEG snapshots over HTTP."""
