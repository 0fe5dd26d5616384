"""The rank models: a file is a model, named in a configuration by `use`."""
