"""What templates are drawn with: components, addresses, wording; one module a subject, known to every template."""
