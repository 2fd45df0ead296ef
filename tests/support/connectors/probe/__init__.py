"""A platform that exists only in tests: the smallest whole connector, added without an edit elsewhere."""
