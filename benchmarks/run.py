"""What chanops costs: requests, seconds, memory and start-up. Run by `make bench`; prints a table and judges nothing.

python benchmarks/run.py [calls|latency|scale|startup]...
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import httpx

from chanops import sandbox
from chanops.domain.address import Address
from chanops.domain.gateway import Gateway
from chanops.domain.plan import Plan
from chanops.domain.policy import Guards, Lifts, Manage, ManageMode, Selection
from chanops.domain.report import Report, Silence
from chanops.domain.resources import DesiredChannel
from chanops.domain.secret import Ledger, Secret
from chanops.domain.site import Auth, Desired, Site
from chanops.domain.value import Value
from chanops.domain.vocabulary import SiteKind
from chanops.engine.applier import Conduct, apply
from chanops.engine.planner import Asked
from chanops.engine.reconcile import plan_all
from chanops.gateways.pacing import Pacer
from chanops.gateways.registry import find_adapter

GENERATIONS = (("newapi", "base"), ("newapi", "head"), ("octopus", "g2"), ("octopus", "g4"))
URL = "http://sandbox.invalid"
ALL = Asked(Selection())


class Slow(httpx.AsyncBaseTransport):
    """A transport with *seconds* of network before every request."""

    def __init__(self, inner: httpx.AsyncBaseTransport, seconds: float) -> None:
        self.inner, self.seconds = inner, seconds

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(self.seconds)
        return await self.inner.handle_async_request(request)


class Bench:
    """One emulated gateway with *count* declared channels of *models* models."""

    def __init__(self, kind: str, generation: str, count: int, *, models: int = 50, latency: float = 0.0) -> None:
        self.sandbox = sandbox.create(kind, generation)
        known = self.sandbox.credentials
        auth = Auth(
            access_token=Secret(known.access_token) if known.access_token and kind == "newapi" else None,
            user_id=known.user_id,
            username=known.username,
            password=Secret(known.password),
        )
        self.transport = Slow(httpx.ASGITransport(app=self.sandbox.app), latency)
        self.site = Site(
            "main", SiteKind(kind), URL, auth, Manage(ManageMode.DECLARED), Guards(), "bench",
            channels=tuple(declare(n, models) for n in range(count)),
        )  # fmt: skip

    def open(self) -> Gateway:
        adapter = find_adapter(self.site.kind)
        return adapter(self.site, ledger=Ledger(), pacer=Pacer(), transport=self.transport, url=URL)

    async def plan(self, gateway: Gateway) -> Plan:
        return await plan_all(Desired((self.site,)), {"main": gateway}, ALL, Lifts())

    async def apply(self, gateway: Gateway) -> Report:
        plan = await self.plan(gateway)
        return await apply(plan, {"main": self.site}, {"main": gateway}, ALL, Conduct(Silence()), run_id="bench")


def declare(number: int, models: int) -> DesiredChannel:
    fields: dict[str, Value] = {
        "type": "openai",
        "base_url": f"https://upstream-{number % 20}.example.com/v1",
        "key": Secret(f"sk-invented-{number:06}"),
        "models": tuple(f"model-{number % 7}-{m}" for m in range(models)),
    }
    return DesiredChannel(Address.channel("main", f"channel-{number:05}"), fields)


def calls() -> None:
    """250 channels: requests of the creates, and of the no-op plan after them."""
    print("\n## Requests, 250 channels of 50 models")
    for kind, generation in GENERATIONS:
        bench = Bench(kind, generation, 250)
        creating, idle = bench.open(), bench.open()
        report = asyncio.run(bench.apply(creating))
        plan = asyncio.run(bench.plan(idle))
        done = sum(outcome.result == "done" for outcome in report.outcomes)
        print(
            f"{kind:8}{generation:5} creates: {creating.calls.read} read + {creating.calls.write} write ({done} done)"
            f" · no-op plan: {idle.calls.read} read + {idle.calls.write} write, {len(plan.pending)} pending"
        )


def latency() -> None:
    """250 creates at 20 ms against a bare script that sends the same writes, 16 at once."""
    print("\n## 250 creates at 20 ms latency (seconds; median of 3)")
    for kind, generation in GENERATIONS:
        ours = [timed_apply(kind, generation) for _ in range(3)]
        bare = [timed_bare(kind, generation) for _ in range(3)]
        ratio = median(ours) / median(bare)
        print(f"{kind:8}{generation:5} chanops {median(ours):.2f} · bare {median(bare):.2f} · ratio {ratio:.2f}")


def timed_apply(kind: str, generation: str) -> float:
    bench = Bench(kind, generation, 250, latency=0.02)
    began = time.perf_counter()
    asyncio.run(bench.apply(bench.open()))
    return time.perf_counter() - began


def timed_bare(kind: str, generation: str) -> float:
    bench = Bench(kind, generation, 250, latency=0.02)
    return asyncio.run(send_bare(bench, kind))


async def send_bare(bench: Bench, kind: str) -> float:
    known = bench.sandbox.credentials
    turn = asyncio.Semaphore(16)
    began = time.perf_counter()
    async with httpx.AsyncClient(transport=bench.transport, base_url=URL) as client:
        headers = {"Authorization": f"Bearer {known.access_token}", "New-Api-User": str(known.user_id)}
        path = "/api/channel/"
        if kind == "octopus":
            path = "/api/v1/channel/create"
            answer = await client.post("/api/v1/user/login", json={"username": known.username, "password": known.password})
            token = answer.json()["data"]
            headers = {"Authorization": f"Bearer {token['token']}"} if isinstance(token, dict) else {}

        async def send(number: int) -> None:
            models = ",".join(f"model-{number % 7}-{m}" for m in range(50))
            row = {"name": f"channel-{number:05}", "base_url": "https://upstream.example.com"}
            body = (
                {"mode": "single", "channel": row | {"type": 1, "key": f"sk-{number}", "models": models, "group": "default"}}
                if kind == "newapi"
                else row | {"model": models}
            )
            async with turn:
                (await client.post(path, json=body, headers=headers)).raise_for_status()

        await asyncio.gather(*(send(number) for number in range(250)))
    return time.perf_counter() - began


SCALE = """
import sys, resource, time, tempfile, asyncio
sys.path.insert(0, {folder!r})
import run
n = {count}
bench = run.Bench({kind!r}, {generation!r}, n)
asyncio.run(bench.apply(bench.open()))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
began = time.perf_counter()
asyncio.run(bench.plan(bench.open()))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(f"{{time.perf_counter() - began:.2f}} s, peak of the process {{peak // 1024}} MB (before the plan {{before // 1024}} MB)")
"""

FILE_SCALE = """
import resource, time
from pathlib import Path
from chanops import config
base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
began = time.perf_counter()
loaded = config.load([Path({path!r})])
assert not loaded.has_errors, loaded.findings[:3]
print(f"{{time.perf_counter() - began:.2f}} s, {{(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - base) // 1024}} MB more")
"""


def scale() -> None:
    """300, 1,000 and 3,000 channels of 50 models: the plan of a site, and loading the file."""
    print("\n## Scale: a no-op plan (gateway emulated in the same process)")
    for kind, generation in GENERATIONS:
        for count in (300, 1000, 3000):
            script = SCALE.format(folder=str(Path(__file__).parent), count=count, kind=kind, generation=generation)
            print(f"{kind:8}{generation:5}{count:6} channels: {run_python(script)}")
    print("\n## Scale: loading the file")
    for count in (300, 1000, 3000):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "channels.yaml"
            path.write_text(write_yaml(count))
            cost = run_python(FILE_SCALE.format(path=str(path)))
            print(f"{count:6} channels: {cost}, file {path.stat().st_size // 1024} kB")


def write_yaml(count: int) -> str:
    lines = ["version: 1", "owner: bench", "sites:", "  main:", "    kind: newapi", "    url: https://gateway.example.com",
             '    auth: {access_token: "${env:TOKEN}", user_id: 1}', "    channels:"]  # fmt: skip
    for n in range(count):
        models = ", ".join(f"model-{n % 7}-{m}" for m in range(50))
        lines += [f"      - name: channel-{n:05}", "        type: openai", f"        key: ${{env:KEY_{n % 20}}}",
                  "        base_url: https://upstream.example.com", f"        models: [{models}]"]  # fmt: skip
    return "\n".join(lines) + "\n"


def startup() -> None:
    """Start-up of the commands that are run most often, as a multiple of `python -c pass`."""
    print("\n## Start-up (median of 15, seconds; multiple of `python -c pass`)")
    script = Path(sys.executable).with_name("chanops")
    floor = timed([sys.executable, "-c", "pass"])
    print(f"{'python -c pass':32} {floor:.3f}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "channels.yaml"
        path.write_text(write_yaml(2))
        for words in (["--version"], ["--help"], ["plan", "--help"], ["validate", "-f", str(path)]):
            seconds = timed([str(script), *words])
            print(f"chanops {' '.join(w for w in words if w != str(path)):24} {seconds:.3f}  x{seconds / floor:.1f}")


def timed(command: list[str]) -> float:
    seconds = []
    for _ in range(16):
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        seconds.append(time.perf_counter() - began)
    return median(seconds[1:])


def run_python(script: str) -> str:
    return subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout.strip()


PARTS = {"calls": calls, "latency": latency, "scale": scale, "startup": startup}

if __name__ == "__main__":
    for name in sys.argv[1:] or PARTS:
        PARTS[name]()
