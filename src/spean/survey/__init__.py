"""Kit survey."""
