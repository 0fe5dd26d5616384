"""The recall channels: a file is a channel, named in a configuration by `use`."""
