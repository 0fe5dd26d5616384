"""The HTTP interface: one path a file."""
