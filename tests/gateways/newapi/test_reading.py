"""A read is whole or it is an error; and it costs few calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from builders import channel
from chanops.errors import NotUnderstoodError, RefusedError, UnknownGenerationError, UnreachableError
from gateways.newapi.fake import Fake, head_root, listed, no, ok, raw, row

if TYPE_CHECKING:
    from gateways.newapi.stage import Stage

pytestmark = pytest.mark.anyio

LIST = "GET /api/channel/"
SEARCH = "GET /api/channel/search"


def rows(count: int, start: int = 1) -> list[dict[str, Any]]:
    return [row(number, name=f"c{number}") for number in range(start, start + count)]


async def test_250_channels_are_read_in_three_calls(stage: Stage) -> None:
    keys = "\n".join(f"sk-invented-{n}" for n in range(250))
    body = {"mode": "batch", "channel": {"name": "many", "type": 1, "key": keys, "models": "gpt-4o"}}
    await stage.call("POST", "/api/channel/", body)

    live = await stage.gateway.fetch()

    assert len(live.channels) == 250
    assert stage.gateway.calls.read == 3


async def test_a_small_site_is_read_in_two_calls_and_again_in_one(stage: Stage) -> None:
    await stage.call(
        "POST", "/api/channel/", {"mode": "single", "channel": {"name": "A", "type": 1, "key": "k", "models": "m"}}
    )

    await stage.gateway.fetch()
    assert stage.gateway.calls.read == 2
    await stage.gateway.fetch()
    assert stage.gateway.calls.read == 3


async def test_the_generation_and_version_are_told(stage: Stage) -> None:
    live = await stage.gateway.fetch()

    assert live.dialect.generation == stage.generation
    assert live.version == (await stage.direct.get("/api/status")).headers["x-new-api-version"]


async def test_a_search_that_misses_rows_is_made_up_by_pages() -> None:
    table = rows(150)
    fake = Fake().on(SEARCH, listed(*table[:149]))
    fake.answers[LIST] = page_of(table)

    live = await fake.gateway().fetch()

    assert len(live.channels) == 150


async def test_a_channel_born_between_list_and_search_is_read_with_the_others() -> None:
    table = rows(951)
    fake = Fake().on(LIST, page_of(table[:950]), page_of(table)).on(SEARCH, listed(*table))
    gateway = fake.gateway()

    live = await gateway.fetch()

    assert len(live.channels) == 951
    assert gateway.calls.read == 5, "the account, and both twice: pages would move under us once more"


async def test_pages_that_keep_missing_a_row_are_an_error() -> None:
    table = rows(150)
    fake = Fake().on(SEARCH, listed(*table[:149]))
    fake.answers[LIST] = page_of(table[:149], total=150)

    with pytest.raises(NotUnderstoodError, match="149 of 150 channels could be read"):
        await fake.gateway().fetch()


async def test_pages_whose_total_moves_are_read_again() -> None:
    table = rows(150)
    fake = Fake().on(SEARCH, listed(*table[:149]))
    fake.on(LIST, *(page_of(table, total=total) for total in (150, 150, 151, 150, 150)))

    live = await fake.gateway().fetch()

    assert len(live.channels) == 150


async def test_a_repeated_row_is_not_taken_for_two() -> None:
    fake = Fake().on(LIST, listed(row(1), row(1), total=2))

    with pytest.raises(NotUnderstoodError):
        await fake.gateway().fetch()


@pytest.mark.parametrize("data", [[], [{"id": 1}]])
async def test_a_bare_list_is_an_older_generation(data: list[Any]) -> None:
    with pytest.raises(UnknownGenerationError, match="bare list"):
        await Fake().on(LIST, ok(data)).gateway().fetch()


async def test_one_hub_is_named() -> None:
    fake = Fake().on(LIST, ok({"data": [], "page": 1, "size": 10, "total_count": 0}))

    with pytest.raises(UnknownGenerationError, match="One Hub"):
        await fake.gateway().fetch()


async def test_rows_without_younger_columns_are_an_older_generation() -> None:
    old = {column: value for column, value in row().items() if column not in ("settings", "header_override", "remark")}

    with pytest.raises(UnknownGenerationError, match="September 2025"):
        await Fake().on(LIST, listed(old)).gateway().fetch()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (raw(200, b"<html>Welcome</html>"), "HTML"),
        (raw(200, b'{"success": true, "data": {"it'), "JSON was expected"),
        (raw(301, location="https://elsewhere.example"), "HTTP 301 points to another address"),
        (raw(502, b"<html>Bad gateway</html>"), "HTTP 502"),
        (raw(200, b"[]"), "a JSON object was expected"),
        (raw(404, b'{"error": {"message": "x"}}'), "HTTP 404 without New API's envelope"),
        (ok(), "data: an object was expected"),
        (ok({"items": None, "total": 0}), "data.items"),
        (ok({"items": [], "total": "0"}), "data.total"),
        (listed(row(models=["gpt-4o"])), "data.items.0.models"),
        (listed(row(status="1")), "data.items.0.status"),
        (listed(row(channel_info=None)), "data.items.0.channel_info"),
        (listed(row(id=True)), "data.items.0.id"),
    ],
)
async def test_an_answer_of_another_shape_is_an_error_that_names_the_place(answer: Any, said: str) -> None:
    with pytest.raises(NotUnderstoodError, match="GET /api/channel/") as caught:
        await Fake().on(LIST, answer).gateway().fetch()

    assert said in caught.value.reason


async def test_success_needs_the_word_true() -> None:
    fake = Fake().on(LIST, raw(200, b'{"success": "true", "data": {"items": [], "total": 0}}'))

    with pytest.raises(RefusedError):
        await fake.gateway().fetch()


async def test_a_list_that_the_gateway_itself_cannot_read_is_an_error_with_the_likely_cause() -> None:
    with pytest.raises(RefusedError) as caught:
        await Fake().on(LIST, no("sql: Scan error on column index 7")).gateway().fetch()

    assert "weight" in caught.value.hint


async def test_a_read_that_gets_no_answer_is_repeated_and_then_an_error() -> None:
    fake = Fake().on(LIST, httpx.ReadTimeout("slow"))

    with pytest.raises(UnreachableError):
        await fake.gateway().fetch()

    assert len(fake.sent(LIST)) == 4


async def test_what_texts_hold_never_fails_a_read() -> None:
    odd = row(
        name="",
        type=999,
        status=7,
        models=" a ,, b,a",
        group="",
        model_mapping="[1]",
        setting="{",
        settings="nope",
        param_override="NaN",
        header_override='"x"',
        other_info="null",
        status_code_mapping="[" * 100_000,
        base_url="ht!tp://%zz",
    )

    (live,) = (await Fake().on(LIST, listed(odd)).gateway().fetch()).channels

    assert live.fields["models"] == ("a", "b")
    assert live.fields["type"] == 999
    assert live.fields["enabled"] is False
    assert live.fields["model_mapping"] == "[1]"
    assert live.mark is None


async def test_poison_on_a_live_channel_is_reported() -> None:
    base = await Fake().on(LIST, listed(row(settings='{"allow_speed": "yes"}', other_info="null"))).gateway().fetch()
    head_fake = Fake().on(LIST, listed(row(settings='{"allow_speed": "yes"}'))).on("GET /api/user/self", ok(head_root()))

    assert [finding.rule for finding in base.findings] == ["poison-other-info", "poison-settings"]
    assert (await head_fake.gateway().fetch()).findings == ()


async def test_routes_are_those_of_enabled_channels(stage: Stage) -> None:
    await stage.apply(
        channel("A", models=["m", "n"], groups=["default", "vip"]),
        channel("B", models=["m"]),
        channel("C", models=["m"], enabled=False),
    )
    live = await stage.gateway.fetch()

    routes = await stage.gateway.fetch_routes(live)

    assert {(r.group, r.model): len(ids) for r, ids in routes.items()} == {
        ("default", "m"): 2, ("default", "n"): 1, ("vip", "m"): 1, ("vip", "n"): 1,
    }  # fmt: skip


def page_of(table: list[dict[str, Any]], total: int | None = None) -> Any:
    def answer(request: httpx.Request) -> httpx.Response:
        start = (int(request.url.params["p"]) - 1) * 100
        return listed(*table[start : start + 100], total=len(table) if total is None else total)(request)

    return answer
