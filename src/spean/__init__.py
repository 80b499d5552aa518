"""Spean: from an answer to a budget line."""
