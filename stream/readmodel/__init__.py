"""The read model in Redis: written by the projector alone, read by the web process, rebuilt from the log whenever need be."""
