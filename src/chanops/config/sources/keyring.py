"""`${keyring:SERVICE#USER}`: a password that the desktop keeps: Secret Service, the macOS keychain, Windows credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chanops.config.surroundings import Surroundings


def look_up(argument: str, around: Surroundings) -> str | None:
    """Return the password of the user at the service that *argument* names."""
    del around
    try:
        import keyring  # noqa: PLC0415 - an extra
        from keyring.errors import KeyringLocked, NoKeyringError  # noqa: PLC0415
    except ImportError:
        raise LookupError("needs chanops[keyring]", "install chanops with its extra `keyring`") from None
    service, _, user = argument.rpartition("#")
    try:
        return keyring.get_password(service, user)
    except NoKeyringError:
        raise LookupError("cannot be read: this machine has no keyring", "take another source here, such as env") from None
    except KeyringLocked:
        raise LookupError("cannot be read: the keyring is locked", "unlock it") from None
    except Exception:  # noqa: BLE001 - each backend has errors of its own
        raise LookupError("cannot be read: the keyring does not answer") from None
