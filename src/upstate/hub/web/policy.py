"""What a browser may do with our pages: everything from here, nothing from anywhere else, nothing inline."""

from __future__ import annotations


def content_security_policy(form_origins: tuple[str, ...] = ()) -> str:
    """The policy's text; a form may lead to these origins besides our own."""
    return "; ".join(
        (
            "default-src 'self'",
            "base-uri 'none'",
            " ".join(("form-action 'self'", *form_origins)),
            "frame-ancestors 'none'",
            "object-src 'none'",
        )
    )
