"""What the command line calls: only a hub, only one whose certificate is trusted, and the token goes nowhere else."""

from __future__ import annotations

import ssl
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.cli.command import Command


class Quiet(BaseHTTPRequestHandler):
    """Answers 501 to everything, and logs nothing."""

    def log_message(self, *_: Any) -> None:
        """Nothing is logged."""


def test_what_is_not_a_hub_is_recognised_and_the_token_is_not_sent_on_to_where_it_points(tmp_path: Path) -> None:
    seen: list[str] = []

    class Elsewhere(Quiet):
        def do_GET(self) -> None:
            seen.append(self.path)
            self.send_response(302 if len(seen) == 1 else 200)
            self.send_header("Location", "/stolen")
            self.send_header("Content-Length", "0")
            self.end_headers()

    server = HTTPServer(("127.0.0.1", 0), Elsewhere)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        nobody = Command({"UPSTATE_HOME": str(tmp_path), "UPSTATE_TOKEN": "x"}, tmp_path)
        for _ in range(2):
            line = nobody.fails("--hub", f"http://127.0.0.1:{server.server_port}", "status", "Lakeside")
            assert "does not answer as a hub" in line
    finally:
        server.shutdown()
        server.server_close()
    assert seen == ["/api/v1/districts"] * 2


def test_a_certificate_that_this_machine_does_not_trust_is_refused_and_one_it_trusts_is_not(tmp_path: Path) -> None:
    certificate = made_certificate(tmp_path)
    server = HTTPServer(("127.0.0.1", 0), Quiet)  # answers 501 to everything
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, tmp_path / "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    asked = ("--hub", f"https://localhost:{server.server_port}", "--token", "x", "status", "Lakeside")
    home = {"UPSTATE_HOME": str(tmp_path)}
    try:
        assert "CERTIFICATE_VERIFY_FAILED" in Command(home, tmp_path).fails(*asked)
        trusting = Command({**home, "SSL_CERT_FILE": str(certificate)}, tmp_path)
        assert "does not answer as a hub" in trusting.fails(*asked)
    finally:
        server.shutdown()
        server.server_close()


def made_certificate(folder: Path) -> Path:
    """A certificate for localhost that nobody has signed; its key lies beside it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    text = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(key.private_bytes(*text))
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return folder / "certificate.pem"
