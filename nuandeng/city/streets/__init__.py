"""Streets, rooms and people drawn by code, so that the demo city can film itself and every test knows the truth.

Import from the modules: `film.draw_film`, `programme.CITY_FILMS`, `scene.Scene`; set-up draws with `scene` alone, which needs no codec.
"""
