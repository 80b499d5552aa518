"""Microdata for release: who could be recognised in a file of single answers, and what helps."""
