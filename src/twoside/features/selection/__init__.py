"""Choose features: methods score them, a consensus ranks them, elimination ends the choice."""
