"""Kit documents."""
