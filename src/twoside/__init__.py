"""twoside: the open AI stack of a two-sided marketplace, from raw logs to matched people."""

__version__ = "0.1.0"
