"""Kit tables."""
