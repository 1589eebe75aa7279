"""dispatch.commits, the log: append one batch, read a range, fold what stands, keep snapshots."""
