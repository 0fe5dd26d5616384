"""What each feature of samples is worth, and what is wrong with it."""
