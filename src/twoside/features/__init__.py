"""Features: declared once in a domain, computed the same offline (SQL) and online (arrays).

`definition.py` says what a feature is, `kinds/` holds one kind a file, `engines/` computes the
past, `online/` answers now, `stream.py` keeps the past of a key in plain Python.
"""
