"""Keeping what must be kept and losing what must be lost: erasures, backups, exports, retention."""
