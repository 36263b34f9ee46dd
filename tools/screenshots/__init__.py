"""Pictures of the pages with the demo's data."""
