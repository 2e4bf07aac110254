"""Sites: where they are, how to log in, what chanops may do there; and what several files say of them together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from chanops.config import load
from chanops.domain.policy import Guards, LastRoute, Limit, Manage, ManageMode
from chanops.domain.site import Auth
from config.texts import NEWAPI, OCTOPUS, channel, only, site, told

if TYPE_CHECKING:
    from config.conftest import LoadText


def test_a_site_has_its_defaults(load_text: LoadText) -> None:
    main, edge = site(load_text(NEWAPI)), site(load_text(OCTOPUS))

    assert (main.manage, edge.manage) == (Manage(ManageMode.MARKED), Manage(ManageMode.DECLARED))
    assert (main.guards, main.timeout, main.parallelism, main.owner) == (Guards(), 30.0, None, "")
    assert main.range is not None
    assert main.range[:5] == ("channels.yaml", 3, 3, 3, 7)


def test_every_setting_of_a_site_is_taken(load_text: LoadText, tmp_path: Path) -> None:
    text = (
        NEWAPI.replace("version: 1", "version: 1\nowner: team")
        + """\
    tls: {ca_file: ca.pem, client_cert: /etc/cert.pem, verify: true}
    timeout: 2.5
    parallelism: 4
    manage: {names: "team-*"}
    guards:
      max_deletes: 30%
      max_changes: 5
      last_route: warn
      allow_empty: true
      allow_delete: ["old-*"]
      allow_replace: ["*"]
      retire: ["default/gpt-4"]
"""
    )

    found = site(load_text(text))

    assert (found.owner, found.timeout, found.parallelism) == ("team", 2.5, 4)
    assert found.tls[:4] == (str(tmp_path / "ca.pem"), "/etc/cert.pem", None, True)
    assert found.manage == Manage(ManageMode.NAMES, "team-*")
    assert found.guards == Guards(
        Limit(30, is_percent=True), Limit(5), LastRoute.WARN, True, ("old-*",), ("*",), ("default/gpt-4",)
    )


@pytest.mark.parametrize(
    ("line", "column", "summary"),
    [
        ("timeout: 0", 14, "a timeout is a number of seconds above 0, at most a day"),
        ("timeout: 1_0", 14, "a timeout is a number of seconds above 0, at most a day"),
        ("parallelism: 0", 18, "0 is not from 1 to 1000"),
        ("manage: everything", 13, '"everything" is not one of marked, declared, all'),
        ("manage: {name: a}", 14, '"name" is not a key of manage'),
        ("manage: {names: ''}", 21, "the glob is empty"),
        ("guards: {max_delete: 3}", 14, '"max_delete" is not a key of guards'),
        ("guards: {max_deletes: 101%}", 27, "this is neither a number from 0 nor a percentage up to 100%"),
        ("guards: {max_deletes: 1_0}", 27, "this is neither a number from 0 nor a percentage up to 100%"),
        ("guards: {last_route: on}", 26, "on is read as true, not as text"),
        ("guards: {allow_delete: old}", 28, "a list of globs is wanted here, not a single value"),
        ("tls: {ca: x}", 11, '"ca" is not a key of tls'),
        ("tls: {client_key: x}", 10, "client_key stands here without client_cert"),
        ("headers: {}", 5, '"headers" is not a key of a site'),
    ],
)
def test_a_bad_setting_is_told_at_its_place(load_text: LoadText, line: str, column: int, summary: str) -> None:
    assert only(load_text(f"{NEWAPI}    {line}\n"))[:4] == ("error", 7, column, summary)


def test_an_unchecked_certificate_is_a_warning(load_text: LoadText) -> None:
    loaded = load_text(f"{NEWAPI}    tls: {{verify: false}}\n")

    assert only(loaded)[:4] == ("warning", 7, 19, "the site's certificate is not checked")
    assert site(loaded).tls.verify is False


@pytest.mark.parametrize(
    ("url", "severity", "summary"),
    [
        ("main.example.com", "error", "the address has no scheme"),
        ("https://user:pw@main.example.com", "error", "the address holds a user or password"),
        ("https://main.example.com?a=b", "error", "the address of a site has no ? and no #"),
        ("http://main.example.com", "warning", "credentials will travel unencrypted"),
        ("http://127.0.0.example", "warning", "credentials will travel unencrypted"),
        ("sandbox:octopus", "error", "the site is of kind newapi, its sandbox is not New API"),
        ("sandbox:nuapi", "error", '"sandbox:nuapi" is not a sandbox'),
        ("sandbox:newapi?generation=haed", "error", '"haed" is not a generation of New API'),
        ("sandbox:newapi?fast=1", "error", '"sandbox:newapi?fast=1" is not a sandbox'),
    ],
)
def test_an_odd_address_of_a_site_is_told(load_text: LoadText, url: str, severity: str, summary: str) -> None:
    loaded = load_text(NEWAPI.replace("https://main.example.com", url))

    assert only(loaded)[:4] == (severity, 5, 10, summary)


@pytest.mark.parametrize("url", ["http://localhost:3000", "http://127.0.0.1", "http://[::1]:3000", "http://gw.localhost"])
def test_loopback_needs_no_encryption(load_text: LoadText, url: str) -> None:
    assert site(load_text(NEWAPI.replace("https://main.example.com", url))).url == url


@pytest.mark.parametrize("url", ["sandbox:newapi", "sandbox:newapi?generation=base"])
def test_a_sandbox_needs_no_login(load_text: LoadText, url: str) -> None:
    found = site(load_text(f"version: 1\nsites: {{main: {{kind: newapi, url: '{url}'}}}}\n"))

    assert (found.url, found.auth) == (url, Auth())


def test_a_slash_at_the_end_of_a_sites_address_means_nothing(load_text: LoadText) -> None:
    assert site(load_text(NEWAPI.replace("example.com", "example.com/gw/"))).url == "https://main.example.com/gw"


@pytest.mark.parametrize("missing", ["kind", "url", "auth"])
def test_what_a_site_lacks_is_told_at_its_first_line(load_text: LoadText, missing: str) -> None:
    text = "".join(line for line in NEWAPI.splitlines(keepends=True) if not line.startswith(f"    {missing}"))

    severity, line, column, summary, _ = only(load_text(text))

    assert (severity, line, column, summary) == ("error", 4, 5, f"{missing} is missing")


@pytest.mark.parametrize(
    ("auth", "summary"),
    [
        ("{access_token: '${env:T}'}", "user_id is missing"),
        ("{username: admin}", "password is missing"),
        ("{access_token: '${env:T}', user_id: 1, username: a}", "these credentials are not what New API takes"),
        ("{}", "these credentials are not what New API takes"),
    ],
)
def test_credentials_have_one_of_the_forms_of_the_gateway(load_text: LoadText, auth: str, summary: str) -> None:
    loaded = load_text(NEWAPI.replace('{access_token: "${env:TOKEN}", user_id: 1}', auth))

    assert only(loaded)[:4] == ("error", 6, 11, summary)
    assert only(loaded)[4] == "write auth: {access_token, user_id} or auth: {username, password}"


def test_octopus_takes_no_access_token(load_text: LoadText) -> None:
    loaded = load_text(OCTOPUS.replace("username: admin, password", "user_id: 1, access_token"))

    assert only(loaded)[3:] == ("these credentials are not what Octopus takes", "write auth: {username, password}")


def test_an_unknown_key_of_auth_is_one_fault(load_text: LoadText) -> None:
    loaded = load_text(NEWAPI.replace("user_id: 1", "userid: 1"))

    assert only(loaded)[1:] == (6, 42, '"userid" is not a key of auth', 'did you mean "user_id"?')


def test_a_user_id_is_a_number(load_text: LoadText) -> None:
    assert only(load_text(NEWAPI.replace("user_id: 1", "user_id: '1'")))[3] == "a whole number is wanted here, not a text"


@pytest.mark.parametrize(
    ("text", "line", "column", "summary"),
    [
        ("owner: x\n", 1, 1, "version is missing"),
        ("version: 2\n", 1, 10, "this version of the format is not known"),
        ("version: '1'\n", 1, 10, "this version of the format is not known"),
        ("version: 1\nchanels: []\n", 2, 1, '"chanels" is not a key of the top level'),
        ('version: 1\nowner: "a\\nb"\n', 2, 8, "the owner holds the character U+000A"),
        ("version: 1\nsites: {a/b: {}}\n", 2, 9, "this cannot name a site"),
        ("version: 1\nproviders: {'a b': {}}\n", 2, 13, "this cannot name a provider"),
        ("version: 1\nsites: []\n", 2, 8, "a mapping of sites is wanted here, not a list"),
        ("version: 1\nchannels: {}\n", 2, 11, "a list of channels is wanted here, not a mapping"),
        ("version: 1\nallow_plaintext_secrets: yes\n", 2, 26, "yes is read as true by some and as text by others"),
        ("version: 1\nproviders: {p: {name: x}}\n", 2, 17, '"name" is not a key of a provider'),
        ("version: 1\ndefaults: {sites: [a]}\n", 2, 12, '"sites" is not a key of defaults'),
    ],
)
def test_a_bad_top_level_is_told(load_text: LoadText, text: str, line: int, column: int, summary: str) -> None:
    assert only(load_text(text))[:4] == ("error", line, column, summary)


def write(folder: Path, **files: str) -> list[Path]:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)
    return [Path(f"{name}.yaml") for name in files]


def test_files_are_merged(tmp_path: Path) -> None:
    one = "version: 1\nowner: team\nproviders: {p: {key: '${env:K}'}}\ndefaults: {weight: 1}\n"
    two = "version: 1\nsites: {main: {channels: [{name: b, type: openai, provider: p, models: [m]}]}}\n"

    loaded = load(write(tmp_path, one=one, two=two, three=channel()), cwd=tmp_path)

    found = site(loaded)
    assert (found.owner, [channel.name for channel in found.channels]) == ("team", ["b", "a"])
    assert [channel.fields["weight"] for channel in found.channels] == [1, 1]
    assert loaded.desired.files == ("one.yaml", "two.yaml", "three.yaml")


@pytest.mark.parametrize(
    ("one", "two", "line", "column", "summary"),
    [
        ("owner: a", "owner: b", 2, 8, "another owner is already declared at one.yaml:2"),
        ("defaults: {weight: 1}", "defaults: {weight: 2}", 2, 12, "this default is already declared at one.yaml:2"),
        ("defaults: {protect: true}", "defaults: {protect: true}", 2, 12, "this default is already declared at one.yaml:2"),
        ("providers: {p: {}}", "providers: {p: {}}", 2, 13, 'the provider "p" is already declared at one.yaml:2'),
        (
            "sites: {m: {kind: newapi, url: 'sandbox:newapi'}}",
            "sites: {m: {kind: newapi, url: 'sandbox:newapi'}}",
            2,
            27,
            'url of the site "m" is already declared at one.yaml:2',
        ),
    ],
)
def test_what_two_files_declare_is_told_at_the_second_with_the_place_of_the_first(
    tmp_path: Path, one: str, two: str, line: int, column: int, summary: str
) -> None:
    loaded = load(write(tmp_path, one=f"version: 1\n{one}\n", two=f"version: 1\n{two}\n"), cwd=tmp_path)

    assert only(loaded)[:4] == ("error", line, column, summary)
    assert loaded.findings[0].range is not None
    assert loaded.findings[0].range.filename == "two.yaml"


def test_a_channel_declared_in_two_files_is_told_with_both_places(tmp_path: Path) -> None:
    two = "version: 1\nsites: {main: {channels: [{name: a, type: openai, key: '${env:K}', models: [m]}]}}\n"

    loaded = load(write(tmp_path, one=channel(), two=two), cwd=tmp_path)

    assert only(loaded)[1:4] == (2, 34, 'main already has a channel "a", declared at one.yaml:8')


def test_all_findings_of_all_files_come_by_place(tmp_path: Path) -> None:
    loaded = load(write(tmp_path, b="version: 3\nx: 1\n", a="version: 2\ny: 1\nowner: [1]\n"), cwd=tmp_path)

    assert [(found.range.filename, found.range.line) for found in loaded.findings if found.range] == [
        ("a.yaml", 1),
        ("a.yaml", 2),
        ("a.yaml", 3),
        ("b.yaml", 1),
        ("b.yaml", 2),
    ]


def test_one_bad_file_hides_nothing_of_the_others(tmp_path: Path) -> None:
    loaded = load(write(tmp_path, a="{", b=channel("wieght: 1")), cwd=tmp_path)

    assert [found[3] for found in told(loaded)][1:] == ['"wieght" is not a key of a channel']
    assert len(loaded.findings) == 2
