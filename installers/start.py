"""Where the program of the bundle starts."""

import os
import sys
from pathlib import Path

from playground.__main__ import main

# Certificates that the system trusts, by system. The OpenSSL of the bundle looks only where the
# system that it was built on has them, and downloads would fail elsewhere.
CERTIFICATES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Arch
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora
    "/etc/ssl/ca-bundle.pem",  # openSUSE
    "/etc/ssl/cert.pem",  # Alpine, macOS
)


def trust_the_system() -> None:
    """Tell OpenSSL which certificates to trust, unless the user has."""
    found = next((path for path in CERTIFICATES if Path(path).is_file()), None)
    if found:
        os.environ.setdefault("SSL_CERT_FILE", found)


if __name__ == "__main__":
    trust_the_system()
    sys.exit(main())
