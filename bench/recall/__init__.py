"""Recall on public sets, beside the peers: see `__main__.py`."""
