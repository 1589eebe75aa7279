"""Hostile input for every parser and public surface: `make fuzz`. docs/fuzz.md says what is tried and what was found."""
