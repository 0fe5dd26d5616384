"""Merge: the lists of all channels into one, under a limit. A file is a way, named by `how`."""
