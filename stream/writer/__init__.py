"""The one writer of a partition: decides commands in order and appends their commits to the log."""
