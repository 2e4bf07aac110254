"""Model lists straight from providers: every row of the table in contracts/upstreams.md 3, and every fault."""

from __future__ import annotations

import base64
import gzip
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx
import pytest

from builders import secret
from chanops.domain.discovery import Failure, Models, State
from chanops.domain.secret import Ledger
from chanops.domain.vocabulary import SiteKind
from chanops.sandbox.upstream import Fault, Provider
from chanops.upstreams.line import Line
from chanops.upstreams.models import list_models
from chanops.upstreams.provider import find_provider
from upstreams.served import served
from upstreams.stage import KEY, NAMES, ROOT, NoTime, asked, canned, emulated, list_from

if TYPE_CHECKING:
    from chanops.domain.discovery import Listing

pytestmark = pytest.mark.anyio

ROWS = [
    pytest.param("openai", ROOT, "/v1/models", "authorization", id="OpenAI-compatible"),
    pytest.param("anthropic", ROOT, "/v1/models?limit=1000", "x-api-key", id="Anthropic"),
    pytest.param("gemini", ROOT, "/v1beta/models?pageSize=1000", "x-goog-api-key", id="Gemini"),
    pytest.param("ollama", ROOT, "/api/tags", "authorization", id="Ollama"),
    pytest.param("ali", ROOT, "/compatible-mode/v1/models", "authorization", id="Ali"),
    pytest.param("zhipuv4", ROOT, "/api/paas/v4/models", "authorization", id="Zhipu v4"),
    pytest.param("siliconflow", ROOT, "/v1/models", "authorization", id="SiliconFlow"),
    pytest.param("openrouter", f"{ROOT}/api", "/api/v1/models", "authorization", id="OpenRouter"),
]


@pytest.mark.parametrize(("type_name", "base_url", "path", "header"), ROWS)
async def test_each_style_is_asked_in_its_own_way(type_name: str, base_url: str, path: str, header: str) -> None:
    provider = emulated()

    found = await list_from(provider, asked(type_name, base_url))

    (request,) = provider.requests
    assert found == Models(NAMES, source=asked(type_name, base_url).source)
    assert request.url.raw_path.decode() == path
    assert request.headers[header].removeprefix("Bearer ") == KEY
    assert {"authorization", "x-api-key", "x-goog-api-key"} & set(request.headers) == {header}
    assert ("anthropic-version" in request.headers) is (type_name == "anthropic")


def test_azure_is_unsupported() -> None:
    found = find_provider(SiteKind.NEWAPI, {"type": "azure", "base_url": ROOT, "key": KEY})

    assert isinstance(found, Failure)
    assert (found.state, "deployments" in found.reason) == (State.UNSUPPORTED, True)


@pytest.mark.parametrize("type_name", ["anthropic", "gemini"])
@pytest.mark.parametrize(("most", "pages"), [(3, 1), (2, 2), (1, 3)])
async def test_all_pages_are_read(type_name: str, most: int, pages: int) -> None:
    provider = emulated(most_on_page=most)

    found = await list_from(provider, asked(type_name))

    assert isinstance(found, Models)
    assert (found.names, len(provider.requests)) == (NAMES, pages)


async def test_a_thousand_models_of_twenty_a_page_are_more_pages_than_are_read() -> None:
    found = await list_from(emulated(*(f"m{n}" for n in range(1000)), most_on_page=20), asked("anthropic"))

    assert fault_of(found) == (State.INVALID_RESPONSE, "its list has more than 20 pages")


async def test_two_thousand_models_are_a_list_and_one_more_is_none() -> None:
    fine = await list_from(emulated(*(f"m{n}" for n in range(2000))), asked("gemini"))
    other = await list_from(emulated(*(f"m{n}" for n in range(2001))))

    assert isinstance(fine, Models)
    assert len(fine.names) == 2000
    assert fault_of(other) == (State.INVALID_RESPONSE, "it lists more than 2,000 models")


FAULTS: list[tuple[Fault, State, str]] = [
    (Fault.UNAUTHORISED, State.AUTH_FAILED, "HTTP 401: the key is not known"),
    (Fault.BARE_UNAUTHORISED, State.AUTH_FAILED, "HTTP 401: Invalid token"),
    (Fault.FORBIDDEN, State.AUTH_FAILED, "HTTP 403: the key may not do that"),
    (Fault.NOT_FOUND, State.UPSTREAM_ERROR, "HTTP 404: no such path"),
    (Fault.RATE_LIMITED, State.RATE_LIMITED, "HTTP 429: too many requests"),
    (Fault.BROKEN, State.UPSTREAM_ERROR, "HTTP 500: something broke"),
    (Fault.REDIRECT, State.INVALID_RESPONSE, "HTTP 307"),
    (Fault.HTML, State.INVALID_RESPONSE, "JSON was expected, and a web page came"),
    (Fault.CUT, State.INVALID_RESPONSE, "JSON was expected, and something else came"),
    (Fault.ERROR_UNDER_200, State.UPSTREAM_ERROR, "an error under HTTP 200: quota exceeded"),
    (Fault.BARE_LIST, State.INVALID_RESPONSE, "a JSON object was expected, not list"),
    (Fault.EMPTY, State.INVALID_RESPONSE, "it lists no model"),
    (Fault.NO_DATA, State.INVALID_RESPONSE, "is no list"),
    (Fault.NO_IDS, State.INVALID_RESPONSE, "entry 1 of"),
    (Fault.NUMBERS, State.INVALID_RESPONSE, "entry 1 of"),
    (Fault.HUGE, State.INVALID_RESPONSE, "the answer is larger than 10 MB"),
    (Fault.UNREACHABLE, State.NETWORK_ERROR, "no connection"),
]


@pytest.mark.parametrize("type_name", ["openai", "anthropic", "gemini", "ollama"])
@pytest.mark.parametrize(("fault", "state", "reason"), FAULTS, ids=[fault.value for fault, *_ in FAULTS])
async def test_a_fault_is_a_failure_and_never_an_empty_list(type_name: str, fault: Fault, state: State, reason: str) -> None:
    found = await list_from(emulated(fault=fault), asked(type_name))

    assert isinstance(found, Failure)
    assert found.state is state
    assert reason in found.reason
    assert found.source.startswith("provider one.invalid (")


@pytest.mark.parametrize("type_name", ["anthropic", "gemini"])
@pytest.mark.parametrize(
    ("fault", "reason", "pages"),
    [(Fault.ENDLESS_PAGES, "more than 20 pages", 20), (Fault.REPEATED_CURSOR, "lead in a circle", 2)],
)
async def test_pages_that_never_end_are_left(type_name: str, fault: Fault, reason: str, pages: int) -> None:
    provider = emulated(fault=fault)

    found = await list_from(provider, asked(type_name))

    assert reason in fault_of(found)[1]
    assert len(provider.requests) == pages


async def test_2001_pages_are_not_read_to_their_end() -> None:
    provider = emulated(*(f"m{n}" for n in range(2001)), most_on_page=1)

    assert fault_of(await list_from(provider, asked("gemini")))[0] is State.INVALID_RESPONSE
    assert len(provider.requests) == 20


@pytest.mark.parametrize("fault", [Fault.COMMAS, Fault.CONTROL_CHARACTERS])
async def test_odd_names_are_read_as_they_are_for_the_rule_to_judge(fault: Fault) -> None:
    found = await list_from(emulated(fault=fault))

    assert isinstance(found, Models)
    assert set(NAMES) < set(found.names)


async def test_a_silent_provider_ends_with_the_time_out() -> None:
    found = await list_from(emulated(fault=Fault.SILENT), seconds=0.01)

    assert fault_of(found) == (State.NETWORK_ERROR, "no answer within the time-out")


async def test_a_later_page_that_fails_fails_the_whole_list() -> None:
    provider = emulated(most_on_page=1)
    pages = 0

    async def falter(request: httpx.Request) -> httpx.Response:
        nonlocal pages
        pages += 1
        return httpx.Response(403) if pages > 1 else await provider(request)

    assert fault_of(await list_from(falter, asked("anthropic"))) == (State.AUTH_FAILED, "HTTP 403")


async def test_more_pages_without_a_cursor_are_a_failure() -> None:
    body = {"data": [{"id": "a"}], "has_more": True}

    assert "circle" in fault_of(await list_from(canned(json=body), asked("anthropic")))[1]


async def test_an_old_site_is_asked_once_more_with_a_bearer_token_after_a_401() -> None:
    provider = emulated(is_old=True)

    found = await list_from(provider, asked("anthropic"))

    first, second = provider.requests
    assert isinstance(found, Models)
    assert (first.headers["x-api-key"], second.headers["authorization"]) == (KEY, f"Bearer {KEY}")
    assert "x-api-key" not in second.headers
    assert found.betrayed == "it takes the key as a Bearer token alone"


async def test_a_list_of_another_protocol_betrays_itself() -> None:
    body = {"object": "list", "data": [{"id": "a"}]}

    natively, plainly = await list_from(canned(json=body), asked("anthropic")), await list_from(canned(json=body))

    assert isinstance(natively, Models)
    assert isinstance(plainly, Models)
    assert (natively.betrayed, plainly.betrayed) == ("its list is OpenAI's", "")
    assert fault_of(await list_from(canned(json=body), asked("gemini")))[1] == "`models` is no list; its list is OpenAI's"


async def test_a_refused_key_is_tried_once_each_way_and_no_more() -> None:
    provider = emulated(fault=Fault.UNAUTHORISED)

    assert fault_of(await list_from(provider, asked("anthropic")))[0] is State.AUTH_FAILED
    assert len(provider.requests) == 2


@pytest.mark.parametrize("status", [404, 405])
async def test_after_404_and_405_the_list_without_a_version_is_tried(status: int) -> None:
    paths: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        paths.append(request.url.path)
        return (
            httpx.Response(200, json={"data": [{"id": "a"}]})
            if request.url.path == "/own/v9/models"
            else httpx.Response(status)
        )

    found = await list_from(answer, asked(base_url=f"{ROOT}/own/v9"))

    assert isinstance(found, Models)
    assert paths == ["/own/v9/v1/models", "/own/v9/models"]


@pytest.mark.parametrize("fault", [Fault.UNAUTHORISED, Fault.FORBIDDEN, Fault.RATE_LIMITED, Fault.BROKEN, Fault.SILENT])
async def test_what_is_inconclusive_leads_to_no_other_address(fault: Fault) -> None:
    provider = emulated(fault=fault)

    await list_from(provider, seconds=0.01)

    assert {request.url.path for request in provider.requests} == {"/v1/models"}


@pytest.mark.parametrize(("fault", "tries"), [(Fault.BROKEN, 2), (Fault.RATE_LIMITED, 1), (Fault.UNAUTHORISED, 1)])
async def test_only_what_may_pass_is_tried_again(fault: Fault, tries: int) -> None:
    provider = emulated(fault=fault)

    await list_from(provider)

    assert len(provider.requests) == tries


async def test_a_lost_connection_is_tried_again() -> None:
    answers: list[Any] = [httpx.ReadError("lost"), httpx.Response(200, json={"data": [{"id": "a"}]})]

    def answer(_request: httpx.Request) -> httpx.Response:
        first = answers.pop(0)
        if isinstance(first, Exception):
            raise first
        assert isinstance(first, httpx.Response)
        return first

    assert isinstance(await list_from(answer), Models)


async def test_geminis_refused_key_comes_under_400() -> None:
    body = {"error": {"code": 400, "message": "API key not valid", "details": [{"reason": "API_KEY_INVALID"}]}}

    assert fault_of(await list_from(canned(400, json=body), asked("gemini")))[0] is State.AUTH_FAILED


@pytest.mark.parametrize("error", [{}, {"message": "x"}, "bad", ["x"]])
async def test_an_error_member_under_200_is_a_failure(error: object) -> None:
    body = {"data": [{"id": "a"}], "error": error}

    assert fault_of(await list_from(canned(json=body)))[0] is State.UPSTREAM_ERROR


async def test_names_are_trimmed_and_each_is_there_once() -> None:
    body = {"data": [{"id": " a "}, {"id": "b"}, {"id": "a"}]}

    found = await list_from(canned(json=body))

    assert isinstance(found, Models)
    assert found.names == ("a", "b")


@pytest.mark.parametrize("name", ["", "  ", None, 7, ["a"]])
async def test_one_entry_without_a_name_spoils_the_list(name: object) -> None:
    body = {"data": [{"id": "a"}, {"id": name}]}

    assert fault_of(await list_from(canned(json=body))) == (State.INVALID_RESPONSE, "entry 2 of `data` has no `id`")


async def test_a_null_token_ends_geminis_pages() -> None:
    body = {"models": [{"name": "gemini-2.5-pro"}], "nextPageToken": None}

    found = await list_from(canned(json=body), asked("gemini"))

    assert isinstance(found, Models)
    assert found.names == ("gemini-2.5-pro",)


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"data": ' + b"9" * 10_000 + b"}", b"\xff\xfe", b""])
async def test_hostile_json_is_a_failure(body: bytes) -> None:
    assert fault_of(await list_from(canned(content=body)))[0] is State.INVALID_RESPONSE


async def test_a_compressed_flood_is_left_at_ten_megabytes() -> None:
    body = gzip.compress(json.dumps({"data": [{"id": "x" * (11 << 20)}]}).encode())

    found = await list_from(canned(content=body, headers={"content-encoding": "gzip"}))

    assert fault_of(found) == (State.INVALID_RESPONSE, "the answer is larger than 10 MB")


async def test_no_reason_repeats_the_key() -> None:
    body = {"error": {"message": f"Incorrect API key provided: {KEY}."}}

    found = await list_from(canned(401, json=body), ledger=Ledger())

    assert fault_of(found)[0] is State.AUTH_FAILED
    assert KEY[:12] not in repr(found)


@pytest.mark.parametrize(
    "name", [KEY, f"gpt-4o,{KEY}", f"model-{KEY[:-4]}", base64.b64encode(KEY.encode()).decode(), quote(f"{{{KEY}}}")]
)
async def test_a_list_that_repeats_the_key_is_no_list(name: str) -> None:
    found = await list_from(emulated("gpt-4o", name))

    assert fault_of(found) == (State.INVALID_RESPONSE, "a name on it repeats the key that it was asked with")
    assert KEY[:-4] not in repr(found)


@pytest.mark.parametrize(("key", "name"), [("ollama", "ollama/llama3"), ("sk-deepseek-team-1", "deepseek-chat"), ("x", "xai")])
async def test_a_word_that_a_key_and_a_name_share_is_no_repetition(key: str, name: str) -> None:
    provider = Provider([name], keys=frozenset({key}))

    assert await list_from(provider, asked(key=secret(value=key))) == Models((name,), "provider one.invalid (OpenAI)")


async def test_a_reason_is_one_short_line() -> None:
    body = {"error": {"message": "a\n\x1b[31mb" + "x" * 5000}}

    reason = fault_of(await list_from(canned(500, json=body)))[1]

    assert reason.isprintable()
    assert len(reason) < 250


async def test_a_key_that_no_header_can_carry_is_never_sent() -> None:
    provider = emulated()

    found = await list_from(provider, asked(key="sk-\n-line"))

    assert fault_of(found)[0] is State.AUTH_FAILED
    assert provider.requests == []


async def test_a_redirect_is_not_followed_with_the_key() -> None:
    hosts: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        hosts.append(request.url.host)
        return httpx.Response(302, headers={"location": "https://elsewhere.invalid/v1/models"})

    await list_from(answer)

    assert hosts == ["one.invalid"]


async def test_an_ollama_needs_no_key() -> None:
    provider = emulated()

    found = await list_from(provider, asked("ollama", key=""))

    assert isinstance(found, Models)
    assert "authorization" not in provider.requests[0].headers


async def test_pauses_between_tries_are_the_clocks() -> None:
    clock = NoTime()

    await list_from(emulated(fault=Fault.BROKEN), clock=clock)

    assert clock.at == 1.0


@pytest.mark.parametrize("type_name", ["openai", "anthropic", "gemini", "ollama"])
async def test_a_list_comes_over_a_real_connection(type_name: str) -> None:
    with served(emulated(most_on_page=2)) as url:
        line = Line(Ledger())
        found = await list_models(line, asked(type_name, url))
        await line.close()

    assert isinstance(found, Models)
    assert found.names == NAMES


def fault_of(found: Listing) -> tuple[State, str]:
    assert isinstance(found, Failure)
    return found.state, found.reason
