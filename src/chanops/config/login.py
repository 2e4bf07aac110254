"""The credentials of a site: `auth:` in one of the forms that its gateway takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from chanops.config import keys, nodes, texts, words
from chanops.config.source import first_line_of
from chanops.domain.site import Auth
from chanops.domain.vocabulary import KIND_TITLES, SiteKind

if TYPE_CHECKING:
    from yaml.nodes import Node

    from chanops.config.scope import Scope
    from chanops.config.sites import Draft

_TOKEN: Final = ("access_token", "user_id")
_LOGIN: Final = ("username", "password")
FORMS: Final = {SiteKind.NEWAPI: (_TOKEN, _LOGIN), SiteKind.OCTOPUS: (_LOGIN,)}
_LARGEST_ID: Final = 2**63 - 1


def read_auth(draft: Draft, *, is_sandbox: bool) -> Auth:
    """Return the credentials of *draft*; a sandbox needs none."""
    if "auth" not in draft.settings:
        if not is_sandbox:
            draft.scope.error(draft.place, "auth is missing", _forms(draft.kind), field="auth")
        return Auth()
    scope, _, node = draft.settings["auth"]
    entries = nodes.pairs(scope, node, field="auth")
    if entries is None:
        return Auth()
    known = keys.known(scope, entries, words.AUTH, "auth", field="auth")
    found = {name: _read(scope, name, value) for name, _, value in known}
    if len(known) == len(entries):
        _check_form(draft, scope, node, set(found))
    return Auth(**found)


def _read(scope: Scope, name: str, node: Node) -> Any:  # noqa: ANN401 - each has its own type
    field = f"auth.{name}"
    if name == "user_id":
        return nodes.whole(scope, node, 1, _LARGEST_ID, field=field)
    if name == "username":
        return texts.text(scope, node, field=field)
    return texts.secret(scope, node, field=field)


def _check_form(draft: Draft, scope: Scope, node: Node, given: set[str]) -> None:
    """Note what keeps *given* from being one of the forms of the site's gateway."""
    if draft.kind is None or any(given == set(form) for form in FORMS[draft.kind]):
        return
    place = first_line_of(scope.source, node)
    for form in FORMS[draft.kind]:
        lacking = [name for name in form if name not in given]
        if given and given < set(form):
            scope.error(place, f"{lacking[0]} is missing", _forms(draft.kind), field="auth")
            return
    title = KIND_TITLES[draft.kind]
    scope.error(place, f"these credentials are not what {title} takes", _forms(draft.kind), field="auth")


def _forms(kind: SiteKind | None) -> str:
    forms = FORMS[kind] if kind else FORMS[SiteKind.NEWAPI]
    return "write " + " or ".join("auth: {" + ", ".join(form) + "}" for form in forms)
