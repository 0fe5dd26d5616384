from unit.bi.small_cube import built  # noqa: F401 - a fixture
