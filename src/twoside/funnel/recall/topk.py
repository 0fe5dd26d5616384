"""The best k of many, under the name by which channels know it; the code is `index/topk.py`."""

from twoside.index.topk import best_first, offer, worse

__all__ = ["best_first", "offer", "worse"]
