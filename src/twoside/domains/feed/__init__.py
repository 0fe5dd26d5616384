"""Content feeds: viewers and videos, as in the public logs."""
