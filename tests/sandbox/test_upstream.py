"""The emulated provider: lists in every style, balances, replies, faults (contracts/upstreams.md 3 and 4)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from chanops.sandbox import create
from chanops.sandbox.upstream import SHOWN, Account, Fault, Provider, connect
from upstreams.served import served

pytestmark = pytest.mark.anyio

KEY = "sk-invented-0123456789"
BEARER = {"Authorization": f"Bearer {KEY}"}
ROOT = "http://provider.invalid"


async def call(provider: Provider, method: str, path: str, **options: Any) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.MockTransport(provider), base_url=ROOT) as client:
        return await client.request(method, path, **options)


async def get(provider: Provider, path: str, headers: dict[str, str] | None = None, **params: str) -> Any:
    return (await call(provider, "GET", path, headers=BEARER if headers is None else headers, params=params)).json()


@pytest.mark.parametrize(
    "path", ["/v1/models", "/models", "/api/v1/models", "/compatible-mode/v1/models", "/api/paas/v4/models"]
)
async def test_openai_lists_at_once(path: str) -> None:
    body = await get(Provider(["b", "a"]), path)

    assert [model["id"] for model in body["data"]] == ["b", "a"]
    assert body["object"] == "list"


async def test_anthropic_gives_twenty_a_page_unless_asked_for_more() -> None:
    provider = Provider([f"m{n}" for n in range(25)])
    headers = {"x-api-key": KEY, "anthropic-version": "2023-06-01"}

    first = await get(provider, "/v1/models", headers)
    second = await get(provider, "/v1/models", headers, after_id=first["last_id"])
    whole = await get(provider, "/v1/models", headers, limit="1000")

    assert (len(first["data"]), first["has_more"], first["last_id"]) == (20, True, "m19")
    assert ([model["id"] for model in second["data"]], second["has_more"]) == ([f"m{n}" for n in range(20, 25)], False)
    assert (len(whole["data"]), whole["has_more"]) == (25, False)


async def test_gemini_gives_fifty_a_page_unless_asked_for_more() -> None:
    provider = Provider([f"m{n}" for n in range(60)])
    headers = {"x-goog-api-key": KEY}

    first = await get(provider, "/v1beta/models", headers)
    second = await get(provider, "/v1beta/models", headers, pageToken=first["nextPageToken"])
    whole = await get(provider, "/v1beta/models", headers, pageSize="1000")

    assert (len(first["models"]), first["models"][0]["name"]) == (50, "models/m0")
    assert (len(second["models"]), "nextPageToken" in second) == (10, False)
    assert len(whole["models"]) == 60


async def test_ollama_lists_without_a_key() -> None:
    body = await get(Provider(["llama3:8b"], keys=frozenset()), "/api/tags", {})

    assert [model["name"] for model in body["models"]] == ["llama3:8b"]


async def test_no_page_is_longer_than_the_provider_allows() -> None:
    body = await get(Provider(list("abc"), most_on_page=2), "/v1beta/models", pageSize="1000")

    assert len(body["models"]) == 2


@pytest.mark.parametrize(
    ("headers", "params"),
    [(BEARER, {}), ({"x-api-key": KEY}, {}), ({"x-goog-api-key": KEY}, {}), ({}, {"key": KEY})],
)
async def test_a_key_is_known_however_it_comes(headers: dict[str, str], params: dict[str, str]) -> None:
    provider = Provider(["a"], keys=frozenset({KEY}))

    assert (await call(provider, "GET", "/v1/models", headers=headers, params=params)).status_code == 200


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer sk-other"}])
async def test_other_keys_are_refused(headers: dict[str, str]) -> None:
    answer = await call(Provider(["a"], keys=frozenset({KEY})), "GET", "/v1/models", headers=headers)

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "invalid_api_key")


async def test_an_old_site_refuses_x_api_key_for_the_list() -> None:
    provider = Provider(["a"], is_old=True)

    assert (await call(provider, "GET", "/v1/models", headers={"x-api-key": KEY})).status_code == 401
    assert (await call(provider, "GET", "/v1/models", headers=BEARER)).status_code == 200


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/v1/dashboard/billing/subscription", {"hard_limit_usd": 50.0}),
        ("/v1/dashboard/billing/usage", {"total_usage": 1250.0}),
        ("/user/balance", {"is_available": True}),
        ("/api/v1/credits", {"data": {"total_credits": 50.0, "total_usage": 12.5}}),
        ("/v1/user/info", {"code": 20000}),
        ("/v1/users/me/balance", {"code": 0}),
        ("/api/usage/token/", {"code": True}),
    ],
)
async def test_every_balance_endpoint_tells_of_the_same_account(path: str, told: dict[str, Any]) -> None:
    body = await get(Provider(["a"], account=Account(granted=50, used=12.5)), path)

    assert told.items() <= body.items()


@pytest.mark.parametrize(
    ("path", "body", "where"),
    [
        ("/v1/chat/completions", {"model": "a"}, ("choices", 0, "message", "content")),
        ("/v1/messages", {"model": "a"}, ("content", 0, "text")),
        ("/v1/responses", {"model": "a"}, ("output", 0, "content", 0, "text")),
        ("/v1beta/models/a:generateContent", {}, ("candidates", 0, "content", "parts", 0, "text")),
    ],
)
async def test_a_question_gets_a_reply(path: str, body: dict[str, Any], where: tuple[Any, ...]) -> None:
    found: Any = (await call(Provider(["a"]), "POST", path, headers=BEARER, json=body)).json()
    for step in where:
        found = found[step]

    assert found == "hi"


@pytest.mark.parametrize(
    ("path", "end"),
    [("/v1/chat/completions", "data: [DONE]\n\n"), ("/v1/messages", 'data: {"type": "message_stop"}\n\n')],
)
async def test_a_stream_ends_with_its_marker(path: str, end: str) -> None:
    answer = await call(Provider(["a"]), "POST", path, headers=BEARER, json={"model": "a", "stream": True})

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.endswith(end)


async def test_a_model_that_is_not_listed_is_not_found() -> None:
    answer = await call(Provider(["a"]), "POST", "/v1/chat/completions", headers=BEARER, json={"model": "b"})

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "model_not_found")


@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/engines"), ("POST", "/v1/images/generations"), ("POST", "/")])
async def test_what_it_does_not_have_is_not_found(method: str, path: str) -> None:
    assert (await call(Provider(["a"]), method, path, headers=BEARER)).status_code == 404


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"model": 7}'])
async def test_a_broken_question_is_answered_all_the_same(content: bytes) -> None:
    answer = await call(Provider(["a"]), "POST", "/v1/chat/completions", headers=BEARER, content=content)

    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Fault.UNAUTHORISED, 401), (Fault.FORBIDDEN, 403), (Fault.NOT_FOUND, 404), (Fault.RATE_LIMITED, 429),
        (Fault.BROKEN, 500), (Fault.HTML, 200), (Fault.ERROR_UNDER_200, 200),
    ],
)  # fmt: skip
async def test_a_fault_meets_every_call(fault: Fault, status: int) -> None:
    provider = Provider(["a"], fault=fault)

    answers = [
        await call(provider, "GET", "/v1/models", headers=BEARER),
        await call(provider, "GET", "/user/balance", headers=BEARER),
        await call(provider, "POST", "/v1/chat/completions", headers=BEARER, json={"model": "a"}),
    ]

    assert [answer.status_code for answer in answers] == [status] * 3


async def test_a_fault_may_belong_to_one_key() -> None:
    provider = Provider(["a"], faults={KEY: Fault.FORBIDDEN})

    assert (await call(provider, "GET", "/v1/models", headers=BEARER)).status_code == 403
    assert (await call(provider, "GET", "/v1/models", headers={"x-api-key": "other"})).status_code == 200


async def test_ten_megabytes_are_more_than_ten_megabytes() -> None:
    answer = await call(Provider(["a"], fault=Fault.HUGE), "GET", "/v1/models", headers=BEARER)

    assert len(answer.content) > 10 * 2**20


async def test_endless_pages_never_repeat_a_cursor() -> None:
    provider = Provider(["a"], fault=Fault.ENDLESS_PAGES)
    headers, cursor, seen = {"x-api-key": KEY}, "", set()
    for _ in range(30):
        body = await get(provider, "/v1/models", headers, after_id=cursor)
        cursor = body["last_id"]
        seen.add(cursor)

    assert (len(seen), body["has_more"]) == (30, True)


async def test_an_unreachable_provider_refuses_the_connection() -> None:
    with pytest.raises(httpx.ConnectError):
        await call(Provider(["a"], fault=Fault.UNREACHABLE), "GET", "/v1/models", headers=BEARER)


async def test_providers_are_told_apart_by_their_host() -> None:
    way_out = connect({"one.invalid": Provider(["a"]), "two.invalid:8080": Provider(["b"])})

    async def ask(url: str) -> list[str]:
        answer = await way_out(httpx.Request("GET", url, headers=BEARER))
        return [model["id"] for model in answer.json()["data"]]

    assert await ask("https://one.invalid/v1/models") == ["a"]
    assert await ask("http://two.invalid:8080/v1/models") == ["b"]
    with pytest.raises(httpx.ConnectError):
        await ask("https://three.invalid/v1/models")


async def test_requests_are_kept_with_what_they_carried() -> None:
    provider = Provider(["a"])

    await call(provider, "POST", "/v1/chat/completions", headers=BEARER, json={"model": "a"})

    (request,) = provider.asked("/chat/completions")
    assert (request.headers["authorization"], request.content) == (f"Bearer {KEY}", b'{"model":"a"}')


@pytest.mark.parametrize("kind", [("newapi", "head"), ("newapi", "base")])
async def test_an_emulated_gateway_reaches_it(kind: tuple[str, str]) -> None:
    sandbox = create(*kind, outbound=Provider(SHOWN))
    credentials = sandbox.credentials
    headers = {"Authorization": f"Bearer {credentials.access_token}", "New-Api-User": str(credentials.user_id)}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(sandbox.app), base_url="http://gateway.invalid") as client:
        body = {"type": 1, "base_url": ROOT, "key": KEY}
        answer = await client.post("/api/channel/fetch_models", json=body, headers=headers)
    sandbox.close()

    assert answer.json()["data"] == list(SHOWN)


async def test_it_can_be_served_on_loopback() -> None:
    with served(Provider(["a"])) as url:
        async with httpx.AsyncClient() as client:
            answer = await client.get(f"{url}/v1/models", headers=BEARER)

    assert [model["id"] for model in answer.json()["data"]] == ["a"]
