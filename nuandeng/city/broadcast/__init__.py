"""Serves films as if they were cameras: RTSP, MPEG-TS over HTTP and JPEG snapshots, live, looped without a seam."""
