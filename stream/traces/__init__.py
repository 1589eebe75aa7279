"""Traces of the log: what became of one sighting, from the camera to the volunteer's phone."""
