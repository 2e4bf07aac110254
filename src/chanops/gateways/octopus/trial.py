"""Octopus has no test of a channel; its fetch-model at least shows the provider the key (contracts/octopus.md 8.3)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from chanops.domain.discovery import Failure, State
from chanops.domain.resources import DesiredChannel
from chanops.domain.trial import Trial, TrialState
from chanops.gateways.octopus.discovery import fetch_models

if TYPE_CHECKING:
    from chanops.domain.discovery import Models
    from chanops.domain.trial import TrialRequest
    from chanops.gateways.octopus.api import OctopusApi
    from chanops.gateways.octopus.generations import Profile

ELSEWHERE: Final = {State.UNSUPPORTED: TrialState.UNSUPPORTED}
"""What is not the provider's no; an empty list is one, since the gateway passes over its status."""


async def try_channel(api: OctopusApi, profile: Profile, request: TrialRequest) -> Trial:
    """Let the gateway list what the channel's provider offers."""
    address, model, began = request.channel.address, request.model, time.monotonic()
    nothing_declared = DesiredChannel(address, {})
    listing = await fetch_models(api, profile, nothing_declared, request.channel, patience=request.patience)
    seconds = time.monotonic() - began
    if isinstance(listing, Failure):
        return Trial(address, model, ELSEWHERE.get(listing.state, TrialState.FAILED), seconds, listing.reason)
    return Trial(address, model, TrialState.PASSED, seconds, _say(listing, model))


def _say(listing: Models, model: str) -> str:
    """Say what was seen; a model that is not listed may be served all the same (contracts/upstreams.md 3)."""
    number = len(listing.names)
    listed = f"lists {number:,} model{'' if number == 1 else 's'}"
    return listed if not model or model in listing.names else f"{listed}, this one not among them"
