"""Kit places."""
