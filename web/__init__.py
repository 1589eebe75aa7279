"""The web process: HTTP, sockets, the two front-ends. Knows the read model through its feed and decides nothing."""
