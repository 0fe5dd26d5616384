"""Rerank: scores of all targets into one order, then diversity and rules."""
