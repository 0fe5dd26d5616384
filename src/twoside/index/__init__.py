"""Search among vectors: `VectorIndex` builds, what it builds answers; exact or by cells."""
