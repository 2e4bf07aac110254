"""Which hosts are this machine."""


def is_loopback(host: str) -> bool:
    """Tell whether *host*, an IPv6 one with or without its brackets, is this machine."""
    name = host.lower()
    is_local_number = name.startswith("127.") and name.replace(".", "").isdigit()
    return is_local_number or name in ("localhost", "::1", "[::1]") or name.endswith(".localhost")
