"""Samples: exposures joined to what followed, as labelled rows."""
