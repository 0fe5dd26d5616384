"""Choose features: several methods score them, a consensus ranks them, redundant ones fall out."""
