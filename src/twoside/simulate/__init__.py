"""Worlds whose truth is known: mechanics of taste, attention, delay, drift and two sides."""
