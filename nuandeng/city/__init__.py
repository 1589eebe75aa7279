"""The demo city: Binzhou drawn by the product, with people, films and phones that are simulated and say so."""
