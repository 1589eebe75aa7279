"""Makes the detector's weights at set-up. Not imported at run time."""
