"""From packed detections to somebody who stays: tracks, dwell, reports."""
