"""RTSP."""
