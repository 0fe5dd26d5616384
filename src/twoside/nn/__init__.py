"""Neural building blocks: fit loop, embeddings, layers, losses."""
