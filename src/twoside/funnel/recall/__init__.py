"""Recall: from all open items to about a thousand candidates, one file a channel."""
