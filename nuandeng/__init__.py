"""Command line and composition root of the platform."""
