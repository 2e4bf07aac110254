"""Which references the files hold, where, and whether each has a value."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from chanops.config.ahead import look_up_ahead
from chanops.config.references import Reference, Template
from chanops.config.resolve import templates_of
from chanops.domain.mention import Mention

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from chanops.config.lookups import Lookups
    from chanops.domain.site import Desired

    Groups: TypeAlias = dict[tuple[str, bool, Path], list[tuple[Reference, Template]]]

UNNEEDED = "not needed"


def list_mentions(desired: Desired, lookups: Lookups, *, is_static: bool = False, is_whole: bool = True) -> tuple[Mention, ...]:
    """Return the references of *desired*, and of all that was read when *is_whole*; *is_static*: ask for none of them.

    What no channel of *desired* needs is not asked for either: a plan would not.
    """
    needed = {id(template): template for template in templates_of(desired)}
    if not is_static:
        look_up_ahead(needed.values())
    templates = lookups.templates if is_whole else needed.values()
    groups = _grouped(templates)
    return tuple(_mention(groups[key], needed.keys(), is_static=is_static) for key in sorted(groups))


def _grouped(templates: Iterable[Template]) -> Groups:
    groups: Groups = {}
    for template in templates:
        for piece in template.pieces:
            if isinstance(piece, Reference):
                key = (piece.source, piece.default is not None, template.around.folder)
                groups.setdefault(key, []).append((piece, template))
    return groups


def _mention(group: list[tuple[Reference, Template]], needed: Collection[int], *, is_static: bool) -> Mention:
    ranges = sorted({template.place.range() for _, template in group})
    fields = sorted({template.field for _, template in group if template.field})
    mention = Mention(group[0][0].source, tuple(ranges), tuple(fields))
    asking = [(piece, template) for piece, template in group if id(template) in needed]
    if is_static or not asking:
        return mention._replace(reason="" if is_static else UNNEEDED)
    return _asked(mention, *asking[0])


def _asked(mention: Mention, reference: Reference, template: Template) -> Mention:
    try:
        reference.value(template.around)
        is_default = not reference.look_up(template.around)
    except LookupError as fault:
        reason, hint = (*fault.args, "")[:2]
        return mention._replace(resolves=False, reason=reason.removeprefix("is "), hint=hint)
    return mention._replace(resolves=True, reason="by its default" if is_default else "")
