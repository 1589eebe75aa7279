"""Streets, rooms and people drawn by code, so that the demo city can film itself and every test knows the truth."""
