"""Rank: a probability per target for each candidate."""
