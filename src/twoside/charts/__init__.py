"""Pictures as pure functions: table in, Plotly figure out; used by console and report."""
