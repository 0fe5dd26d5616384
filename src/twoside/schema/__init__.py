"""The nouns: entities, events, scenes, targets, requests, candidates, samples. No I/O here."""
