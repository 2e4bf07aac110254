"""Odd secrets, each with a core that no text holds by chance, and where a configuration takes them."""

from __future__ import annotations

import base64
import itertools
import json
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

ODDITIES: Final[dict[str, Callable[[str], str]]] = {
    "plain": lambda core: f"sk-{core}",
    "unicode": lambda core: f"pässwört-{core}-鍵🔑",
    "quotes": lambda core: f'"{core}\' ""',
    "newlines": lambda core: f"{core}\n- {core}\r\n\t{core}: x",
    "backslashes": lambda core: f"\\n\\{core}\\u0041\\",
    "percent": lambda core: f"%41{core}%2f%%",
    "markup": lambda core: f"<b>&{core};</b>`|@[",
    "terminal": lambda core: f"\x1b[31m{core}\x07\u202e{core}",
    "huge": lambda core: core * 400,
    "reference": lambda core: f"${{env:{core}}}$${{{core}",
    "yaml": lambda core: f"{{a: *{core}}} # {core} !!null",
    "blanks": lambda core: f" {core} ",
}


@dataclass
class Planted:
    """The secrets of one configuration: the environment that holds them, and the cores by which one is found."""

    environ: dict[str, str] = field(default_factory=dict)
    cores: list[str] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def core(self) -> str:
        self.cores.append(f"{START}{next(self._numbers):03d}Qz9w")
        return self.cores[-1]

    def value(self, oddity: str) -> str:
        return ODDITIES[oddity](self.core())

    def ref(self, value: str) -> str:
        """Return a reference to *value*."""
        name = f"PLANTED_{len(self.environ)}"
        self.environ[name] = value
        return f"${{env:{name}}}"

    def odd(self, oddity: str) -> str:
        """Return a reference to a new odd secret."""
        return self.ref(self.value(oddity))

    def found_in(self, text: str) -> list[str]:
        """Return the cores that stand in *text*: as they are, which JSON, URL and HTML leave alone, or in base64."""
        if not any(form in text for form in STARTS):
            return []
        return [core for core in self.cores if any(form in text for form in forms(core))]


def forms(core: str) -> list[str]:
    """Return *core* as it is, and as base64 has it wherever it stands in the encoded text."""
    shifted = [base64.b64encode(b"\0" * shift + core.encode()).decode() for shift in range(3)]
    return [core, shifted[0][: len(core)], shifted[1][2 : len(core)], shifted[2][3 : len(core)]]


START: Final = "cnry"
STARTS: Final = [START, *(form[:4] for form in forms(START + "000000")[1:])]


def quoted(value: Any) -> str:
    """Return *value* as YAML in one line, every sign that YAML does not take escaped."""
    match value:
        case None | bool() | int():
            return json.dumps(value)
        case dict():
            return "{" + ", ".join(f"{quoted(key)}: {quoted(item)}" for key, item in value.items()) + "}"
        case list():
            return "[" + ",\n ".join(map(quoted, value)) + "]"
        case _:
            return '"' + "".join(map(_escaped, value)) + '"'


def _escaped(sign: str) -> str:
    if sign in '"\\':
        return f"\\{sign}"
    return sign if sign.isprintable() and sign < "\U00010000" else f"\\U{ord(sign):08x}"


def newapi_channel(planted: Planted, oddity: str) -> dict[str, Any]:
    """Return a channel of New API with an odd secret in every place that takes a reference."""
    odd = planted.odd
    part = urllib.parse.quote(planted.value(oddity), safe="")
    return {
        "name": f"channel {oddity}",
        "type": "openai",
        "base_url": planted.ref(f"https://api.example/{part}"),
        "key": odd(oddity),
        "models": ["gpt-4o", planted.ref(f"model-{planted.core()}")],
        "groups": ["default", planted.ref(f"g-{planted.core()}")],
        "model_mapping": {"gpt-4o": odd(oddity)},
        "tag": odd(oddity),
        "remark": planted.ref(planted.value(oddity)[:250]),
        "headers": {"X-Api-Key": odd(oddity), "X-Plain": odd(oddity), "Authorization": f"Bearer {odd(oddity)}"},
        "param_override": {"a": {"b": [odd(oddity), {"api_key": odd(oddity)}]}},
        "proxy": f"http://user:{planted.ref(urllib.parse.quote(planted.value(oddity), safe=''))}@proxy.example:8080",
        "newapi": {"openai_organization": odd(oddity), "setting": {"system_prompt": odd(oddity)}},
    }


def octopus_channel(planted: Planted, oddity: str) -> dict[str, Any]:
    """Return a channel of Octopus with an odd secret in every place that takes a reference."""
    odd = planted.odd
    part = urllib.parse.quote(planted.value(oddity), safe="")
    return {
        "name": f"channel {oddity}",
        "type": "openai",
        "base_url": planted.ref(f"https://api.example/{part}/v1"),
        "key": odd(oddity),
        "models": ["gpt-4o", planted.ref(f"model-{planted.core()}")],
        "headers": {"X-Api-Key": odd(oddity), "X-Plain": odd(oddity)},
        "param_override": {"a": {"b": [odd(oddity), {"api_key": odd(oddity)}]}},
        "proxy": planted.ref(f"http://user:{urllib.parse.quote(planted.value(oddity), safe='')}@proxy.example:8080"),
        "octopus": {"match_regex": odd(oddity)},
    }


def bare_channel(planted: Planted, oddity: str, site: str) -> dict[str, Any]:
    """Return a channel whose secrets stand only where a secret is known by its place, whoever wrote it there."""
    odd = planted.odd
    user = urllib.parse.quote(planted.value(oddity), safe="")
    channel: dict[str, Any] = {
        "name": f"bare {oddity}",
        "type": "openai",
        "base_url": planted.ref(f"https://user:{user}@api.example/v1"),
        "key": odd(oddity),
        "models": ["gpt-4o"],
        "headers": {"X-Api-Key": odd(oddity), "COOKIE": odd(oddity), "my-secret-header": odd(oddity)},
        "param_override": {"api_key": odd(oddity), "a": [{"client_secret": odd(oddity), "password": odd(oddity)}]},
        "proxy": planted.ref(f"http://user:{urllib.parse.quote(planted.value(oddity), safe='')}@proxy.example:8080"),
    }
    if site == "main":
        del channel["key"]
        channel["keys"] = [planted.ref(" ".join(planted.value(oddity).split())) for _ in range(2)]  # one line each
    return channel


def configuration(newapi: list[dict[str, Any]], octopus: list[dict[str, Any]], **given: Any) -> dict[str, Any]:
    """Return a configuration of two emulated sites."""
    return {
        "version": 1,
        "owner": "team",
        **given,
        "sites": {
            "main": {"kind": "newapi", "url": "sandbox:newapi", "channels": newapi},
            "edge": {"kind": "octopus", "url": "sandbox:octopus", "channels": octopus},
        },
    }
