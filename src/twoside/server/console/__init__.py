"""The web console: one page a file; `mount.py` knows them all, `frame.py` stands around each."""
