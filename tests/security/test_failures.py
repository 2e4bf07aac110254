"""Whatever goes wrong between chanops and a site, what is said of it holds no secret."""

from __future__ import annotations

import asyncio
import base64
import html
import json
import os
import signal
import ssl
import subprocess
import sys
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from chanops.domain.secret import WITHHELD
from security.planted import ODDITIES, Planted, configuration, newapi_channel, octopus_channel
from security.server import Call, Reply, Server, json_reply, serve

if TYPE_CHECKING:
    from security.server import Script
    from security.stage import Ended, Stage

ENCODINGS: dict[str, Callable[[str], str]] = {
    "raw": str,
    "json": json.dumps,
    "url": lambda text: urllib.parse.quote(text, safe=""),
    "html": html.escape,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "basic": lambda text: base64.b64encode(f"user:{text}".encode()).decode(),
    "json in json": lambda text: json.dumps(json.dumps({"key": text})),
    "a piece": lambda text: text.strip()[:12],
}
ROOT = {"id": 1, "role": 100, "permissions": {"sidebar_settings": False}}


REAL_SLEEP = asyncio.sleep


async def no_sleep(*_: object) -> None:
    """Let others go on, and wait for nothing."""
    await REAL_SLEEP(0)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asyncio, "sleep", no_sleep)


def newapi(then: Script) -> Script:
    """Return a New API that logs in and lists nothing; everything else is up to *then*."""

    def answer(call: Call) -> Reply:
        if call.route == "GET /api/user/self":
            return json_reply({"success": True, "message": "", "data": ROOT})
        if call.route == "GET /api/channel/":
            return json_reply({"success": True, "message": "", "data": {"items": [], "total": 0}})
        return then(call)

    return answer


def octopus(then: Script) -> Script:
    """Return an Octopus that logs in and lists nothing; everything else is up to *then*."""
    known: dict[str, Reply] = {
        "POST /api/v1/user/login": json_reply(
            {"code": 200, "message": "success", "data": "login successfully"}, headers={"Set-Cookie": "auth=a.b.c; Path=/"}
        ),
        "GET /api/v1/channel/list": json_reply({"code": 200, "message": "success", "data": []}),
        "POST /api/v1/model/rebuild-price": json_reply({"code": 415, "message": "no"}, 415),
        "GET /api/v1/update/now-version": json_reply({"code": 200, "message": "", "data": "v0.11.0"}),
    }
    return lambda call: known.get(call.route) or then(call)


def sandboxes(planted: Planted, *oddities: str) -> dict[str, Any]:
    return configuration(
        [newapi_channel(planted, oddity) for oddity in oddities], [octopus_channel(planted, oddity) for oddity in oddities]
    )


def two_sites(planted: Planted, main: str, edge: str, content: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return *content*, its sites at other addresses and with credentials."""
    content = content or sandboxes(planted, "plain")
    content["sites"]["main"] |= {"url": main, "auth": {"access_token": planted.odd("plain"), "user_id": 1}, "timeout": 2}
    content["sites"]["edge"] |= {"url": edge, "auth": {"username": "admin", "password": planted.odd("quotes")}, "timeout": 2}
    return content


@contextmanager
def against(
    stage: Stage, planted: Planted, scripts: tuple[Script, Script], content: dict[str, Any] | None = None
) -> Iterator[tuple[Server, ...]]:
    """Set the configuration up against two fake gateways, every secret planted."""
    with ExitStack() as stack:
        servers = tuple(stack.enter_context(serve(script)) for script in scripts)
        stage.write(two_sites(planted, servers[0].url, servers[1].url, content))
        stage.setenv({"CHANOPS_LOG": "debug", **planted.environ})
        yield servers


def try_everything(stage: Stage) -> list[Ended]:
    return [
        stage.run("plan", "-v"),
        stage.run("plan", "--json"),
        stage.run("plan", "--format", "markdown"),
        stage.run("apply", "--auto-approve", "--journal", "run.jsonl"),
        stage.run("apply", "--auto-approve", "--json"),
        stage.run("list", "--wide"),
        stage.run("list", "--json"),
        stage.run("get", "main/channel/a"),
    ]


def secrets_of(call: Call, planted: Planted) -> list[str]:
    """Return the planted secrets that *call* carried, as the gateway sees them."""
    seen = " ".join([*call.headers.values(), json.dumps(json.loads(call.body or b"null"), ensure_ascii=False)])
    return [value for value in planted.environ.values() if json.dumps(value, ensure_ascii=False)[1:-1] in seen]


HARD = ("unicode", "quotes", "newlines", "backslashes", "markup", "terminal", "huge")  # one more, and the run gives up


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_gateway_that_repeats_a_key_in_its_message_is_not_repeated(stage: Stage, encoding: str) -> None:
    planted = Planted()
    content = sandboxes(planted, *HARD)

    def echo(call: Call) -> Reply:
        said = ENCODINGS[encoding]((secrets_of(call, planted) or [""])[0])
        if call.path.startswith("/api/v1"):
            return json_reply({"code": 500, "message": f"provider said: {said} is wrong"}, 500)
        return json_reply({"success": False, "message": f"provider said: {said} is wrong"})

    with against(stage, planted, (newapi(echo), octopus(echo)), content):
        text = stage.run("apply", "--auto-approve", "--journal", "run.jsonl")
        data = stage.run("apply", "--auto-approve", "--json")

    assert (text.code, data.code) == (5, 5)
    results = json.loads(data.out)["results"]
    assert len(results) == 2 * len(HARD)
    assert all(WITHHELD in result["error"] for result in results)
    assert stage.leaks(planted) == []


STATUSES = [200, 401, 404, 500]
BODIES: dict[str, Callable[[str], Reply]] = {
    "envelope": lambda said: json_reply({"success": False, "code": 400, "message": said, "data": said}),
    "another shape": lambda said: json_reply({"error": {"message": said, said: said}}),
    "list": lambda said: json_reply([said, {said: said}]),
    "html": lambda said: Reply(200, f"<html><title>{said}</title>{said}</html>".encode(), {"Content-Type": "text/html"}),
    "text": lambda said: Reply(200, said.encode()),
    "cut json": lambda said: Reply(200, json.dumps({"message": said}).encode()[:-2]),
    "headers": lambda said: Reply(200, b"", {"X-New-Api-Version": said, "Location": f"/{said}", "Set-Cookie": f"a={said}"}),
    "field": lambda said: json_reply(
        {"success": True, "code": 200, "message": "", "data": {"items": [{said: said, "id": said}]}}
    ),
    "row": lambda said: json_reply({"success": True, "code": 200, "message": "", "data": [{"id": said, "name": said}]}),
    "no gzip": lambda said: Reply(200, said.encode(), {"Content-Encoding": "gzip"}),
}


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("body", BODIES)
def test_an_answer_of_any_kind_that_holds_the_credentials_is_not_shown(stage: Stage, body: str, status: int) -> None:
    planted = Planted()

    def repeat(call: Call) -> Reply:
        made = BODIES[body]((secrets_of(call, planted) or ["none"])[0])
        return Reply(status, made.body, made.headers)

    with against(stage, planted, (repeat, repeat)):
        ended = [stage.run("plan", "-v"), stage.run("list", "--json")]

    assert {one.code for one in ended} == {1}
    assert stage.leaks(planted) == []


def test_a_wrong_password_is_not_shown(stage: Stage) -> None:
    planted = Planted()

    def refuse(call: Call) -> Reply:
        said = f"wrong: {call.body.decode()} {call.headers.get('authorization')}"
        return json_reply({"success": False, "code": 401, "message": said}, 401)

    with against(stage, planted, (refuse, refuse)):
        ended = try_everything(stage)

    assert {one.code for one in ended} == {1}
    assert "the user name or the password was refused" in ended[0].out
    assert stage.leaks(planted) == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_and_takes_no_credentials_along(stage: Stage, status: int) -> None:
    planted = Planted()
    with serve(lambda _: json_reply({"success": True, "message": "", "data": ROOT})) as thief:

        def lure(call: Call) -> Reply:
            return Reply(status, b"", {"Location": f"{thief.url}{call.path}"})

        with against(stage, planted, (lure, lure)) as sites:
            ended = try_everything(stage)

    assert {one.code for one in ended} == {1}
    assert all(site.calls for site in sites)
    assert thief.calls == []
    assert stage.leaks(planted) == []


def test_no_connection_is_said_without_the_url_of_a_reference(stage: Stage) -> None:
    planted = Planted()
    urls = [planted.ref(f"http://127.0.0.1:9/{planted.core()}") for _ in range(2)]
    stage.write(two_sites(planted, urls[0], urls[1]))
    stage.setenv(planted.environ)

    ended = try_everything(stage)

    assert {one.code for one in ended} == {1}
    assert "no connection: is the gateway running" in ended[0].out
    assert stage.leaks(planted) == []


@pytest.mark.parametrize("userinfo", ["user:{core}@", "{core}@", ":{core}@"])
@pytest.mark.parametrize("by_reference", [True, False])
def test_a_site_url_with_a_password_is_refused_and_not_shown(stage: Stage, userinfo: str, by_reference: bool) -> None:
    planted = Planted()
    with serve(lambda _: Reply(500)) as server:
        urls = [server.url.replace("//", "//" + userinfo.format(core=planted.core())) for _ in range(2)]
        urls = [planted.ref(url) if by_reference else url for url in urls]
        stage.write(two_sites(planted, urls[0], urls[1]))
        stage.setenv(planted.environ)
        ended = try_everything(stage)

    assert {one.code for one in ended} == {1}
    assert server.calls == []
    assert stage.leaks(planted) == []


def test_plain_http_to_another_machine_is_a_warning(stage: Stage) -> None:
    planted = Planted()
    stage.write(two_sites(planted, "http://gateway.invalid", "http://127.0.0.1:9"))
    stage.setenv(planted.environ)

    ended = stage.run("validate")

    assert ended.code == 0
    assert ended.err.count("credentials will travel unencrypted") == 1
    assert "http://gateway.invalid" in ended.err


def make_certificate(folder: Path) -> ssl.SSLContext:
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


def test_a_certificate_that_nobody_vouches_for_ends_the_call_before_credentials_are_sent(stage: Stage) -> None:
    planted = Planted()
    context = make_certificate(stage.folder)

    with serve(newapi(lambda _: Reply(404)), tls=context) as server:
        content = two_sites(planted, server.url, server.url)
        stage.write(content)
        stage.setenv(planted.environ)
        ended = try_everything(stage)
        assert server.calls == []

        del content["sites"]["edge"]
        content["sites"]["main"] |= {"tls": {"ca_file": "cert.pem"}}
        stage.write(content)
        vouched = stage.run("plan")

    assert {one.code for one in ended} == {1}
    assert "the TLS certificate was not accepted" in ended[0].out
    assert vouched.code == 0
    assert stage.leaks(planted) == []


@pytest.mark.parametrize("name", ["ca_file", "client_cert"])
def test_tls_files_that_are_not_there_are_said_and_no_traceback(stage: Stage, name: str) -> None:
    planted = Planted()
    content = two_sites(planted, "https://127.0.0.1:9", "https://127.0.0.1:9")
    content["sites"]["main"]["tls"] = {name: "nowhere.pem"}
    stage.write(content)
    stage.setenv(planted.environ)

    assert {ended.code for ended in try_everything(stage)} == {1}
    assert stage.leaks(planted) == []


def test_a_lost_answer_is_told_without_what_was_sent(stage: Stage) -> None:
    planted = Planted()

    def hang_up(call: Call) -> Reply:
        raise ConnectionError

    with against(stage, planted, (newapi(hang_up), octopus(hang_up))):
        ended = stage.run("apply", "--auto-approve", "--journal", "run.jsonl")

    assert ended.code == 5
    assert "the connection broke before the answer was whole" in ended.text
    assert stage.leaks(planted) == []


def test_a_refusal_and_a_stale_plan_show_no_secret(stage: Stage) -> None:
    planted = Planted()
    content = sandboxes(planted, "plain", "quotes", "unicode", "markup")
    stage.write(content)
    stage.setenv(planted.environ)
    assert stage.run("apply", "--auto-approve").code == 0
    for channel in content["sites"]["main"]["channels"]:
        channel["models"][0] = "another"
        del channel["model_mapping"]
        channel["remark"] = planted.odd("plain")
    stage.write(content)
    stage.setenv(planted.environ)

    refused = [stage.run("plan", *view) for view in ([], ["--json"], ["--format", "markdown"], ["--out", "it.plan"])]
    refused += [stage.run("apply", "--auto-approve", *view) for view in ([], ["--json"])]
    lifted = stage.run("plan", "--out", "it.plan", "--allow-route-loss", "*")
    moved = stage.run("sandbox", "request", "main", "PUT", "/api/channel/", '{"id": 1, "tag": "moved"}')
    stale = stage.run("apply", "it.plan")
    altered = json.loads((stage.folder / "it.plan").read_text())
    altered["summary"]["update"] = 99
    (stage.folder / "it.plan").write_text(json.dumps(altered))
    unreadable = stage.run("apply", "it.plan", "--json")

    assert {one.code for one in refused} == {3}
    assert (lifted.code, moved.code, stale.code, unreadable.code) == (0, 0, 4, 4)
    stage.ended.remove(moved)  # the gateway's own answer, asked for by hand
    assert stage.leaks(planted) == []


def test_a_saved_plan_is_its_owners_alone_and_holds_no_secret(stage: Stage) -> None:
    planted = Planted()
    stage.write(sandboxes(planted, *ODDITIES))
    stage.setenv(planted.environ)

    assert stage.run("plan", "--out", "it.plan").code == 0

    path = stage.folder / "it.plan"
    assert path.stat().st_mode & 0o777 == 0o600
    assert planted.found_in(path.read_text()) == []
    assert path.read_text().isascii()


def test_a_terminated_apply_says_so_without_a_secret(stage: Stage) -> None:
    planted = Planted()
    process: list[subprocess.Popen[str]] = []

    def stop(call: Call) -> Reply:
        if call.method == "POST":
            process[0].send_signal(signal.SIGTERM)
        return json_reply({"success": False, "message": f"busy: {call.body.decode()}"})

    with against(stage, planted, (newapi(stop), octopus(lambda _: Reply(404)))):
        command = [sys.executable, "-m", "chanops", "apply", "--auto-approve", "--site", "main", "--journal", "run.jsonl"]
        process.append(
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ))
        )
        out, err = process[0].communicate(timeout=30)

    assert process[0].returncode == 143
    assert planted.found_in(out + err + (stage.folder / "run.jsonl").read_text()) == []


@pytest.mark.parametrize(
    "place",
    [
        "chanops.gateways.newapi.codec.encode_columns",
        "chanops.gateways.newapi.mark.write_mark",
        "chanops.domain.secret.Fingerprint.make",
        "chanops.render.values.whole",
        "chanops.engine.comparison.compare",
        "chanops.gateways.http.Link._send",
        "chanops.gateways.octopus.codec._encode",
    ],
)
def test_a_bug_of_ours_keeps_its_traceback_and_the_secrets_out_of_it(stage: Stage, place: str) -> None:
    planted = Planted()
    stage.write(sandboxes(planted, "plain"))
    stage.setenv(planted.environ)
    code = (
        "import sys, pydoc; from chanops.cli.app import run; import chanops.gateways.newapi.gateway\n"
        "import chanops.gateways.octopus.gateway, chanops.render.blocks, chanops.engine.planner\n"
        f"parts = {place!r}.split('.'); owner = pydoc.locate('.'.join(parts[:-1]))\n"
        "def broken(*args, **options): raise RuntimeError('forced')\n"
        "was = getattr(owner, parts[-1]); setattr(owner, parts[-1], broken)\n"
        "for name, module in list(sys.modules.items()):\n"
        "    if name.startswith('chanops'):\n"
        "        for key, value in list(vars(module).items()):\n"
        "            if value is was: setattr(module, key, broken)\n"
        "sys.exit(run(['apply', '--auto-approve', '--journal', 'run.jsonl', '-v']))\n"
    )

    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=dict(os.environ))

    assert ended.returncode == 1
    assert "RuntimeError: forced" in ended.stderr
    assert planted.found_in(ended.stdout + ended.stderr) == []


@pytest.mark.parametrize("channel_type", ["openai", "anthropic", "gemini"])
def test_an_upstream_that_repeats_its_key_is_not_repeated(stage: Stage, channel_type: str) -> None:
    planted = Planted()
    stage.write(sandboxes(planted))
    key = planted.ref(planted.value("percent"))
    stage.setenv({"CHANOPS_LOG": "debug", **planted.environ})

    def refuse(call: Call) -> Reply:
        kind, _, form = call.path.lstrip("/").partition("/")[0].partition("-")
        said = ENCODINGS[urllib.parse.unquote_plus(form)](planted.environ["PLANTED_0"])
        status = {"ok": 200, "no": 401, "bad": 500}[kind]
        return json_reply(
            {"error": {"message": said, "type": said}, said: said}, status, {"X-Request-Id": urllib.parse.quote(said)}
        )

    with serve(refuse) as server:
        for kind in ("ok", "no", "bad"):
            for form in ENCODINGS:
                url = f"{server.url}/{kind}-{urllib.parse.quote_plus(form)}"
                ended = stage.run("add", "main", "--base-url", url, "--key", key, "--type", channel_type)
                assert ended.code == 1

    assert len(server.calls) >= 3 * len(ENCODINGS)
    assert stage.leaks(planted) == []


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_an_upstream_that_points_elsewhere_takes_no_key_along(stage: Stage, status: int) -> None:
    planted = Planted()
    stage.write(sandboxes(planted))
    key = planted.odd("plain")
    stage.setenv(planted.environ)

    with serve(lambda _: json_reply({"data": [{"id": "gpt-4o"}]})) as thief:
        lure = Reply(status, b"", {"Location": f"{thief.url}/v1/models"})
        with serve(lambda _: lure) as server:
            ended = stage.run("add", "main", "--base-url", server.url, "--key", key, "--type", "openai")

    assert ended.code == 1
    assert thief.calls == []
    assert stage.leaks(planted) == []
