"""The read model as this process holds it: a snapshot of each jurisdiction, kept current by the feed."""
