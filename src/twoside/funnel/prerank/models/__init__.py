"""The prerank models: a file is a model, named in a configuration by `use`."""
