"""The order of files, and how channels are spread over them, mean nothing."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chanops.config import load
from chanops.domain.value import reveal

if TYPE_CHECKING:
    from pathlib import Path

    from chanops.config import Loaded

SITES = {
    name: {"kind": "newapi", "url": f"https://{name}.example.com", "auth": {"access_token": "${env:TOKEN}", "user_id": 1}}
    for name in ("main", "edge")
}
CHANNELS = st.dictionaries(
    st.sampled_from(["a", "A", "b c", "канал", "🚀", "null", "1"]),
    st.fixed_dictionaries(
        {
            "sites": st.lists(st.sampled_from(sorted(SITES)), min_size=1, unique=True),
            "models": st.lists(st.sampled_from(["gpt-4o", "o3", "модель"]), min_size=1, unique=True),
        },
        optional={"weight": st.integers(0, 9), "tag": st.text("aé \"'#:{", max_size=5)},
    ),
    max_size=6,
)


@settings(
    max_examples=40,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(channels=CHANNELS, seed=st.integers(0, 2**16))
def test_files_in_any_order_want_the_same(tmp_path: Path, channels: dict[str, dict[str, Any]], seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - an order, no secret

    one, other = (load_spread(tmp_path, channels, chance) for _ in range(2))

    assert wanted(one) == wanted(other)
    assert [finding.summary for finding in one.findings] == []
    assert len(wanted(one)) == sum(len(channel["sites"]) for channel in channels.values())


def load_spread(folder: Path, channels: dict[str, dict[str, Any]], chance: random.Random) -> Loaded:
    """Load *channels* from files of their own, given in an order drawn at random."""
    texts = [as_yaml(sites=SITES)]
    for part in spread(list(channels.items()), chance):
        declared = [{"name": name, "type": "openai", "key": "${env:KEY}", **fields} for name, fields in part]
        texts.append(as_yaml(channels=declared))
    chance.shuffle(texts)
    paths = [folder / f"{number}.yaml" for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text, encoding="utf-8")
    return load(paths, environ={"TOKEN": "invented", "KEY": "invented"})


def as_yaml(**blocks: Any) -> str:
    """Return a document; JSON is YAML, but for its pairs of surrogates."""
    return json.dumps({"version": 1, **blocks}, ensure_ascii=False)


def spread(items: list[Any], chance: random.Random) -> list[list[Any]]:
    """Return the items in another order, in up to three parts."""
    chance.shuffle(items)
    cuts = sorted(chance.randrange(len(items) + 1) for _ in range(2))
    return [items[: cuts[0]], items[cuts[0] : cuts[1]], items[cuts[1] :]]


def wanted(loaded: Loaded) -> dict[str, object]:
    """Return what the files want, by address."""
    return {str(channel.address): reveal(dict(channel.fields)) for site in loaded.desired.sites for channel in site.channels}
