"""Kit claims."""
