"""Try live channels: which one with which of its models, and a few calls at once on each site."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from chanops.domain.address import matches_glob
from chanops.domain.resources import Status
from chanops.domain.secret import Secret
from chanops.domain.trial import PATIENCE, Tester, Trial, TrialRequest, TrialState
from chanops.domain.value import reveal, texts
from chanops.engine.ownership import pair_channels
from chanops.engine.planner import is_selected
from chanops.errors import GatewayError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chanops.domain.address import Address
    from chanops.domain.gateway import Gateway, LiveSite
    from chanops.domain.policy import Selection
    from chanops.domain.report import Listener
    from chanops.domain.resources import DesiredChannel, LiveChannel
    from chanops.domain.site import Desired
    from chanops.domain.value import Value
    from chanops.engine.applier import Stop

AT_ONCE: Final = 3  # on a site: behind its channels stand providers, which count calls too (contracts/upstreams.md 7)
NO_TEST: Final = "this gateway cannot try channels"


class Wish(NamedTuple):
    """What is to be tried of each channel: one model, those that a glob covers, or all; and how it is called."""

    models: tuple[str, ...] = ()
    all_models: bool = False
    include_disabled: bool = False
    endpoint: str | None = None
    is_stream: bool | None = None
    patience: float = PATIENCE


@dataclass(slots=True)
class Chosen:
    """What will be tried, and what of the selected channels will not: not on its site, disabled, without such a model."""

    requests: list[TrialRequest] = field(default_factory=list)
    missing: list[Address] = field(default_factory=list)
    disabled: list[Address] = field(default_factory=list)
    without_model: list[Address] = field(default_factory=list)


def choose_trials(
    desired: Desired,
    live: Mapping[str, LiveSite | GatewayError],
    gateways: Mapping[str, Gateway],
    selection: Selection,
    wish: Wish,
) -> Chosen:
    """Choose among the declared channels, in address order; a site that could not be read has none. Pure."""
    chosen = Chosen()
    for site in sorted(desired.sites, key=lambda site: site.name):
        held = live[site.name]
        if isinstance(held, GatewayError):
            continue
        pairs = [p for p in pair_channels(site, held).pairs if not p.desired.is_absent]
        for pair in sorted(pairs, key=lambda pair: pair.desired.address):
            if is_selected(pair.desired.address, selection):
                _choose(chosen, pair.desired, pair.live, wish, once=only_lists(gateways[site.name]))
    return chosen


def request_for(channel: LiveChannel, address: Address, model: str | None = None) -> TrialRequest:
    """Return the trial of *channel*, which the files call *address*, with *model* or the one it is tested with."""
    return TrialRequest(replace(channel, address=address), model_to_try(channel.fields) if model is None else model)


def model_to_try(fields: Mapping[str, Value]) -> str:
    """Return the model that a channel is tested with: the one it names for that, else its first."""
    own = str(reveal(fields.get("test_model")) or "")
    return own or next(iter(texts(fields.get("models"))), "")


def shown(trial: Trial, declared: Mapping[str, Value]) -> Trial:
    """Return *trial* with its model as it may be shown: by its reference where the file gives it by one."""
    models = declared.get("models")
    named = (declared.get("test_model"), *(models if isinstance(models, tuple | list) else ()))
    model = next((str(item) for item in named if isinstance(item, Secret) and item.reveal() == trial.model), trial.model)
    return replace(trial, model=model)


def only_lists(gateway: Gateway) -> bool:
    """Tell whether a trial on *gateway* spends no tokens."""
    return isinstance(gateway, Tester) and gateway.only_lists


async def run_trials(
    requests: Sequence[TrialRequest],
    gateways: Mapping[str, Gateway],
    listener: Listener,
    *,
    stop: Stop,
    at_once: int = AT_ONCE,
) -> tuple[Trial, ...]:
    """Make every call once, *at_once* on each site; after a *stop* running ones end and no other starts."""
    turns = {request.channel.address.site: asyncio.Semaphore(at_once) for request in requests}

    async def run(request: TrialRequest) -> Trial:
        address = request.channel.address
        async with turns[address.site]:
            if stop:
                return Trial(address, request.model, TrialState.NOT_STARTED, reason=stop.reason)
            listener.trying(request)
            trial = await _try(request, gateways[address.site])
            listener.tried(trial)
            return trial

    return tuple(await asyncio.gather(*map(run, requests)))


async def _try(request: TrialRequest, gateway: Gateway) -> Trial:
    if not isinstance(gateway, Tester):
        return Trial(request.channel.address, request.model, TrialState.UNSUPPORTED, reason=NO_TEST)
    return await gateway.try_channel(request)


def _choose(chosen: Chosen, desired: DesiredChannel, live: LiveChannel | None, wish: Wish, *, once: bool) -> None:
    if live is None:
        chosen.missing.append(desired.address)
        return
    if live.status is Status.DISABLED and not wish.include_disabled:
        chosen.disabled.append(desired.address)
        return
    models = _models_of(live, wish)
    if not models:
        chosen.without_model.append(desired.address)
    for model in models[:1] if once else models:
        request = request_for(live, desired.address, model)
        chosen.requests.append(replace(request, endpoint=wish.endpoint, is_stream=wish.is_stream, patience=wish.patience))


def _models_of(live: LiveChannel, wish: Wish) -> Sequence[str]:
    names = texts(live.fields.get("models"))
    if wish.models:
        return [name for name in names if any(matches_glob(name, glob) for glob in wish.models)]
    return names if wish.all_models else [model_to_try(live.fields)]
