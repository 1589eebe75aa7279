"""What must not stand in the log: persons' keys, pictures, secrets."""
