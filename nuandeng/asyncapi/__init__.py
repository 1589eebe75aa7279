"""The AsyncAPI 3 document of topics and sockets, made from the types."""
