"""Makes a checkout ready to run: everything fetched is locked, everything made is stamped."""
