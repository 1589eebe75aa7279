"""Faults by the hundred against the whole platform, and a checker that believes nothing but the log."""
