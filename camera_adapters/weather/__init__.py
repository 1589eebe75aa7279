"""Weather warnings: CAP 1.2 and the national 12379 form."""
