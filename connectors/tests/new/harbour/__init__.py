"""A harbour's signal mast: the smallest whole connector."""
