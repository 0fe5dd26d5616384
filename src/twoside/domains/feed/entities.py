"""The entities of a feed. Columns are those that public logs have; a mapping fills what it can."""
