"""`${vault:MOUNT/PATH#FIELD}`: a field of a secret in HashiCorp Vault, key-value engine version 2, else version 1.

The address, the token and the namespace come from VAULT_ADDR, VAULT_TOKEN and VAULT_NAMESPACE, as Vault's own program has them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from chanops.config.sources.contents import text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chanops.config.surroundings import Surroundings

SECONDS: Final = 30  # for one answer
ELSEWHERE: Final = "cannot be read: Vault sends to another address, and the token goes nowhere else"
_REASONS: Final = {
    "Unauthorized": "Vault refuses the token",
    "Forbidden": "Vault refuses the token for this path",
    "RateLimitExceeded": "Vault takes no more calls for now",
    "VaultDown": "Vault is sealed or down",
    "VaultNotInitialized": "Vault is not initialised",
}


def look_up(argument: str, around: Surroundings) -> str | None:
    """Return the field at *argument*; each path is read once."""
    path, _, field = argument.rpartition("#")
    return text_of(around.lookups.once(("vault", path), lambda: _read(path, around)).get(field))


def _read(path: str, around: Surroundings) -> Mapping[str, Any]:
    """Return the fields of the secret at *path*, none when there is no such secret."""
    try:
        import hvac  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra, which brings no types
        from requests.exceptions import ConnectionError as Unreachable  # noqa: PLC0415
        from requests.exceptions import RequestException, Timeout  # noqa: PLC0415
    except ImportError:
        raise LookupError("needs chanops[vault]", "install chanops with its extra `vault`") from None
    url, token = (_variable(name, around) for name in ("VAULT_ADDR", "VAULT_TOKEN"))
    around.ledger.remember(token)
    namespace = around.environ.get("VAULT_NAMESPACE")
    # what follows a redirect takes the token's header along, to whatever host it names
    client = hvac.Client(url=url, token=token, namespace=namespace, timeout=SECONDS, allow_redirects=False)
    try:
        return _ask(client, path)
    except hvac.exceptions.VaultError as fault:
        raise LookupError(f"cannot be read: {_REASONS.get(type(fault).__name__, 'Vault answered with an error')}") from None
    except (Unreachable, Timeout):
        raise LookupError("cannot be read: Vault does not answer", "look at VAULT_ADDR") from None
    except (RequestException, ValueError, OSError):
        raise LookupError("cannot be read: Vault cannot be asked", "VAULT_ADDR is such as https://vault.example.com") from None
    finally:
        client.adapter.close()


def _variable(name: str, around: Surroundings) -> str:
    value = around.environ.get(name)
    if not value:
        raise LookupError(f"cannot be read: {name} is not set")
    return value


def _ask(client: Any, path: str) -> Mapping[str, Any]:  # noqa: ANN401 - hvac has no types
    """Ask as version 2 has it, then as version 1; what version 2 refused counts when version 1 has nothing either."""
    from hvac.exceptions import Forbidden, InvalidPath  # type: ignore[import-untyped]  # noqa: PLC0415 - as above

    mount, _, name = path.partition("/")
    engines = client.secrets.kv
    try:
        return _fields(
            lambda: engines.v2.read_secret_version(name, mount_point=mount, raise_on_deleted_version=True), "data", "data"
        )
    except (Forbidden, InvalidPath) as refusal:
        try:
            return _fields(lambda: engines.v1.read_secret(name, mount_point=mount), "data")
        except (Forbidden, InvalidPath):
            if isinstance(refusal, InvalidPath):
                return {}
            raise refusal from None


def _fields(ask: Callable[[], object], *keys: str) -> Mapping[str, Any]:
    """Return what stands under *keys* in the answer."""
    answer = ask()
    if getattr(answer, "is_redirect", False):
        raise LookupError(ELSEWHERE, "VAULT_ADDR is to be the address of the active node")
    for key in keys:
        answer = answer.get(key) if isinstance(answer, dict) else None
    if isinstance(answer, dict):
        return answer
    raise LookupError("cannot be read: this is not an answer of Vault", "look at VAULT_ADDR")
