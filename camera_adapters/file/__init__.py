"""A film in a file."""
