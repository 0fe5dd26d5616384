"""Ways to fuse the scores of the targets into one: a file is a way, named by `use`."""
