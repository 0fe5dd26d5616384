"""The funnel: request -> recall -> merge -> prerank -> rank -> rerank -> slate.

Read `pipeline.py` first.
"""
