"""The REST API /api/v1: what administrators do on the pages, for scripts; one module a subject."""
