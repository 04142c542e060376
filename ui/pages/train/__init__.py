"""The training page: dashboard, controls, toolbar, timeline and findings."""
