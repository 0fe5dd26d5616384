"""Import of anybody's logs: a mapping says what their files mean, DuckDB reads them."""
