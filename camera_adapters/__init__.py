"""Everything that brings the outside in: cameras, case feeds, weather services. One folder a protocol, the same file names in each."""
