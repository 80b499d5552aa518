"""Kit: numbers in prose, bound to the cells of tables."""
