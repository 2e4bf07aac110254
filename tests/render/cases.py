"""Plans that show one thing each; every format has a golden file for each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from builders import change, plan, secret, site_plan
from chanops.domain.address import Address
from chanops.domain.change import Action, FieldChange
from chanops.domain.finding import Finding, Range, Severity, error, notice, warning
from chanops.domain.plan import GuardHit, Impact, SiteStatus
from chanops.domain.secret import Fingerprint, Secret
from chanops.domain.vocabulary import SiteKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from chanops.domain.plan import Plan

FINGERPRINT: Final = Fingerprint("v1:00112233445566778899aabbccddeeff:fedcba9876543210")
HOSTILE: Final = 'a|b`c``` @team <img src=x> [x](https://evil.example)\x1b[2J\r\n\u202eend"'
MANY: Final = [f"model-{number:02}" for number in range(48)]


def create() -> Plan:
    return plan(
        change(
            "Qhaigc",
            Action.CREATE,
            reason="declared, not on the site",
            after={
                "type": "openai",
                "base_url": "https://api.qhaigc.net",
                "key": secret("QHAIGC_KEY"),
                "models": ["gpt-4o", "gpt-4o-mini"],
                "model_mapping": {"gpt-4o-mini": "gpt-4o-mini-2024-07-18", "x": "gpt-4o"},
                "enabled": True,
                "weight": 10,
                "headers": {},
                "remark": "first line\nsecond line",
            },
        )
    )


def update() -> Plan:
    before = {
        "type": "openai", "base_url": "https://backup.example.com", "models": [*MANY, "gpt-3.5-turbo"], "priority": 0,
        "weight": 0, "groups": ["default"], "enabled": True, "tag": "old",
        "model_mapping": {"a": "b", "c": "d", "same": "same"},
        "newapi.setting": {"proxy": "", "thinking_to_content": False, "undeclared": 1},
        "remark": "one\ntwo\nthree",
    }  # fmt: skip
    after = before | {
        "models": ["gpt-4o", *MANY], "priority": 10, "model_mapping": {"a": "B", "e": "f", "same": "same"},
        "newapi.setting": {"thinking_to_content": True}, "remark": "one\n2\nthree",
        "param_override": {"temperature": 0.5, "stop": ["a", "b"]},
    }  # fmt: skip
    return plan(
        change("Backup", before=before, after=after, reason="differs in models, priority"),
        findings=[],
        impact=(
            Impact("main", "default", "gpt-3.5-turbo", 1, 0),
            Impact("main", "default", "gpt-4o", 1, 2),
            Impact("main", "vip", "gpt-3.5-turbo", 3, 1),
        ),
    )


def delete() -> Plan:
    before = {
        "name": "Old", "type": "openai", "models": MANY, "key": Secret("sk-live-4711"), "enabled": True, "weight": 3,
        "groups": ["default", "vip"],
    }  # fmt: skip
    return plan(change("Old", Action.DELETE, before=before, reason="it is not in the configuration"))


def replace() -> Plan:
    same = {"key": secret(), "models": ["gpt-4o"]}
    return plan(
        change(
            "Multi",
            Action.REPLACE,
            reason="the gateway cannot change it in place: newapi.multi_key_mode",
            before=same | {"newapi__multi_key_mode": "random", "weight": 1},
            after=same | {"newapi__multi_key_mode": "polling", "weight": 2},
            fields=[
                FieldChange("newapi.multi_key_mode", "random", "polling", forces_replacement=True),
                FieldChange("weight", 1, 2),
            ],
        )
    )


def adopt() -> Plan:
    hidden = "the gateway never shows keys, so it is written once"
    return plan(
        change(
            "Found",
            Action.ADOPT,
            remote_id="42",
            reason="it lives on the site without our mark",
            before={"type": "openai", "models": ["gpt-4o"], "weight": 0},
            after={"type": "openai", "models": ["gpt-4o"], "weight": 5, "key": secret("FOUND_KEY")},
            fields=[FieldChange("key", None, secret("FOUND_KEY"), hidden), FieldChange("weight", 0, 5)],
        ),
        change("Same", Action.ADOPT, remote_id="43", reason="it lives on the site without our mark", before={}, after={}),
    )


def move() -> Plan:
    sides = {"type": "openai", "models": ["gpt-4o"]}
    return plan(
        change(
            "b",
            moved_from="a",
            before=sides,
            after=sides,
            fields=[FieldChange("name", "a", "b")],
            reason="differs in name",
        )
    )


def forget() -> Plan:
    return plan(change("Gone", Action.FORGET, before={}, reason="asked for"), change("Kept", Action.NO_OP, reason="in sync"))


def mixed() -> Plan:
    return plan(
        change("New", Action.CREATE, after={"type": "openai", "models": ["gpt-4o"], "key": secret()}),
        change("New", Action.CREATE, site="edge", after={"type": "openai", "models": ["gpt-4o"], "key": secret()}),
        change("Old", Action.DELETE, site="edge", before={"type": "openai"}, reason="it is not in the configuration"),
        change("Weight", before={"weight": 1}, after={"weight": 2}),
        change("Quiet", Action.NO_OP, before={"weight": 1}, after={"weight": 1}, reason="in sync"),
        findings=[notice("read the models from the lock file")],
        impact=(Impact("edge", "default", "gpt-4o", 2, 1), Impact("main", "default", "gpt-4o", 4, 2)),
    )


def failed_site() -> Plan:
    failed = site_plan(
        site="edge",
        kind=SiteKind.OCTOPUS,
        status=SiteStatus.ERROR,
        generation="",
        version="",
        live=0,
        managed=0,
        findings=(error("edge has no plan: it did not answer within 30 s", "check the address and the network"),),
    )
    return plan(sites=(failed, site_plan(change("Kept", Action.NO_OP, before={}, after={}, reason="in sync"))))


def guards() -> Plan:
    names = [f"old-{number}" for number in range(2)]
    deletes = [
        change(name, Action.DELETE, before={"type": "openai"}, reason="it is not in the configuration") for name in names
    ]
    return plan(
        *deletes,
        guards=(
            GuardHit(
                "main",
                "max_deletes",
                "30%",
                9,
                12,
                "--max-deletes 9, or --allow-delete 'main/channel/old-*'",
                "main would lose 9 of its 12 managed channels; max_deletes allows 30% (3).",
                'sites.main.guards: {allow_delete: ["old-*"]}',
            ),
        ),
    )


def nothing() -> Plan:
    return plan(change("Kept", Action.NO_OP, before={}, after={}, reason="in sync"))


def hostile() -> Plan:
    return plan(
        change(
            HOSTILE,
            before={"remark": "plain", "tag": "short", "base_url": "https://a.example/" + "x" * 600, "models": ["`", "gpt-4o"]},
            after={
                "remark": f"line\n```\n{HOSTILE}\n</details>",
                "tag": HOSTILE,
                "base_url": "https://a.example/" + "x" * 300 + "Y" + "x" * 299,
                "models": ["gpt-4o", "````"],
            },
        ),
        findings=[warning(HOSTILE, HOSTILE, address=Address.channel("main", HOSTILE))],
        impact=(Impact("main", HOSTILE, HOSTILE, 1, 0),),
    )


def secrets() -> Plan:
    return plan(
        change(
            "Headers",
            before={
                "key": FINGERPRINT,
                "proxy": "http://user:pw-invented@proxy.example:3128",
                "base_url": "https://tenant-4711.example",
                "headers": {"X-Team": "live-4711", "Authorization": "Bearer live-4711", "X-Plain": "a", "X-Gone": "live-4711"},
                "param_override": {"user": "live-4711", "stop": ["x", "live-4711"]},
            },
            after={
                "key": secret("NEW_KEY"),
                "proxy": "http://proxy.example:3128",
                "base_url": secret("TENANT_URL"),
                "headers": {"X-Team": secret("TEAM"), "Authorization": "Bearer fixed-4711", "X-Plain": "b"},
                "param_override": {"user": secret("PARAM_USER"), "stop": ["x", secret("STOP")]},
            },
        ),
        change(
            "Keys",
            Action.CREATE,
            after={"keys": [secret("ONE"), secret("TWO", "sk-invented-second")], "type": "openai", "weight": 1},
        ),
    )


def partial() -> Plan:
    return plan(change("Weight", before={"weight": 1}, after={"weight": 2}), is_partial=True)


def findings() -> Plan:
    place = Range("channels.yaml", 12, 13, 12, 18, "      url: https://api.example.com/v1")
    return plan(
        change("Weight", before={"weight": 1}, after={"weight": 2}),
        findings=[
            Finding(
                Severity.NOTICE, "the address loses its /v1", "New API appends it", Address.channel("main", "A"), range=place
            ),
            warning(
                "was disabled by the gateway after failed calls; it is left so",
                "mend its upstream, then enable it on the site or test it there",
                address=Address.channel("main", "Slow"),
            ),
            error("the model gpt-5 has no price", "set one on the site\nor take the model out", rule="price-missing"),
        ],
    )


CASES: Final[dict[str, Callable[[], Plan]]] = {
    case.__name__: case
    for case in (
        create, update, delete, replace, adopt, move, forget, mixed, failed_site, guards, nothing, hostile, secrets, partial,
        findings,
    )
}  # fmt: skip
