"""Simulated people: staff, volunteers, crews, and one weather bureau."""
