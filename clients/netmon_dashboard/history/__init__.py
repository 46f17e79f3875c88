"""The History page: what was talking, then. It asks the recorder alone, and works without a collector."""
