"""HTTP API and web console: no logic, no SQL."""
