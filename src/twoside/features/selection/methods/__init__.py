"""Selection methods, one a file."""
