"""`chanops init`: first files that work at once, from nothing or from a live site; no secret in them, nothing overwritten."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import yaml

from chanops.authoring.starting import CREDENTIALS, WORKFLOWS, starter
from chanops.domain.vocabulary import SiteKind
from cli.port import Answer
from cli.stage import KEY, PASSWORD, SECRETS, TOKEN, Stage, Terminal, entry, newapi, octopus
from docs.fences import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from cli.conftest import Serve
    from cli.port import Port, Seen

BASE = "https://api.one.example"


def texts(folder: Path) -> dict[str, str]:
    """Return every file under *folder*, by its path."""
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


# From nothing


@pytest.mark.parametrize("kind", ["newapi", "octopus"])
def test_what_it_writes_is_valid_formatted_and_planned_at_once(stage: Stage, kind: str) -> None:
    ended = stage.run("init", "--kind", kind)

    assert ended.code == 0
    assert stage.run("validate").out == "Success! The configuration is valid: 1 channel on 1 site.\n"
    assert stage.run("fmt", "--check").code == 0
    assert stage.run("plan").out.endswith("\nPlan: 1 to add, 0 to change, 0 to delete.\n")


def test_it_says_what_it_wrote_and_what_comes_next(stage: Stage) -> None:
    assert stage.run("init").out == (
        "channels.yaml: written\n.env.example: written\n.gitignore: written\n\n"
        "Next:\n  chanops validate\n  chanops plan\n  chanops apply\n"
    )


def test_the_folder_may_be_another_one(stage: Stage) -> None:
    ended = stage.run("init", "new/gateways", "--kind", "octopus")

    assert "  cd new/gateways\n" in ended.out
    assert set(texts(stage.folder)) == {"new/gateways/channels.yaml", "new/gateways/.env.example", "new/gateways/.gitignore"}


def test_every_variable_of_the_file_stands_in_the_example_of_the_environment(stage: Stage) -> None:
    stage.run("init")

    lines = (stage.folder / ".env.example").read_text().splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == ["NEWAPI_TOKEN=", "VENDOR_KEY="]


@pytest.mark.parametrize("kind", ["newapi", "octopus"])
def test_with_the_commented_account_the_file_is_for_a_real_site(stage: Stage, kind: str) -> None:
    text = starter(f"{kind}.yaml").replace("    # auth:", "    auth:").replace("    #   {", "      {")

    stage.write(text.replace(f"sandbox:{kind}", "https://gateway.example.com"))

    assert stage.run("validate").out == "Success! The configuration is valid: 1 channel on 1 site.\n"


# Continuous integration


@pytest.mark.parametrize("platform", ["github", "gitlab"])
def test_the_workflow_of_the_examples_is_the_one_of_the_package(platform: str) -> None:
    assert (ROOT / f"examples/ci/{platform}.yml").read_text(encoding="utf-8") == starter(f"{platform}.yml")


@pytest.mark.parametrize("platform", ["github", "gitlab"])
def test_the_workflow_stands_where_its_platform_looks(stage: Stage, platform: str) -> None:
    assert stage.run("init", "--ci", platform).code == 0

    assert yaml.safe_load((stage.folder / WORKFLOWS[platform]).read_text())


def test_the_workflow_hands_over_the_secrets_of_the_file_and_no_others(stage: Stage) -> None:
    stage.run("init", "--kind", "octopus", "--ci", "github")

    jobs = yaml.safe_load((stage.folder / WORKFLOWS["github"]).read_text())["jobs"]
    names = ["OCTOPUS_PASSWORD", "OCTOPUS_USER", "VENDOR_KEY"]
    for job in ("plan", "apply", "drift"):
        (given,) = [step["env"] for step in jobs[job]["steps"] if "secrets." in str(step.get("env"))]
        assert given == {name: f"${{{{ secrets.{name} }}}}" for name in names}


def test_on_gitlab_no_merge_request_of_a_fork_is_planned_here() -> None:
    jobs = yaml.safe_load(starter("gitlab.yml"))

    assert "$CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID" in jobs["plan"]["rules"][0]["if"]
    assert jobs["apply"]["environment"] == "production"
    assert jobs["apply"]["resource_group"] == "chanops-apply"


# What is there already


@pytest.mark.parametrize("name", ["channels.yaml", "chanops.yaml"])
def test_where_a_configuration_stands_nothing_is_written(stage: Stage, name: str) -> None:
    stage.write("mine\n", name)

    ended = stage.run("init", "--ci", "github")

    assert (ended.code, ended.out) == (1, "")
    assert f"{name} is there already: nothing was written" in ended.err
    assert texts(stage.folder) == {name: "mine\n"}


def test_other_files_are_named_and_left(stage: Stage) -> None:
    stage.write("mine\n", ".env.example")
    stage.write("mine\n", WORKFLOWS["github"])

    ended = stage.run("init", "--ci", "github")

    assert ended.code == 0
    assert ".env.example: is there already, left as it is\n" in ended.out
    assert texts(stage.folder)[".env.example"] == texts(stage.folder)[WORKFLOWS["github"]] == "mine\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("build", "build\n.env\n.chanops/\n"),
        (".chanops\n", ".chanops\n.env\n"),
        ("/.env\n.chanops/\n", "/.env\n.chanops/\n"),
    ],
)
def test_gitignore_gets_the_lines_it_lacks(stage: Stage, before: str, after: str) -> None:
    path = stage.write(before, ".gitignore")

    stage.run("init")

    assert path.read_text() == after


def test_the_json_names_the_files_and_the_next_commands(stage: Stage) -> None:
    stage.write("mine\n", ".env.example")

    assert stage.run("init", "--json").json == {
        "format_version": "1.0",
        "written": ["channels.yaml", ".gitignore"],
        "left": [".env.example"],
        "next": ["chanops validate", "chanops plan", "chanops apply"],
    }


# From a live site


@pytest.fixture
def site(stage: Stage, serve: Serve) -> Port:
    """A New API on a port with a channel, and no file that declares it."""
    port = serve("newapi")
    stage.declare(main=newapi(entry("A", base_url=BASE), entry("B", base_url=BASE, tag="blue"), url=port.url))
    stage.apply()
    (stage.folder / "channels.yaml").unlink()
    return port


@pytest.fixture
def account(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHANOPS_INIT_TOKEN", TOKEN)
    monkeypatch.setenv("CHANOPS_INIT_USER_ID", "1")


@pytest.mark.usefixtures("account")
def test_the_channels_of_a_live_site_are_imported_and_its_kind_is_found_out(stage: Stage, site: Port) -> None:
    ended = stage.run("init", "--from", site.url)

    assert ended.code == 0, ended.err
    assert "2 channels of New API imported as main." in ended.out
    text = texts(stage.folder)["channels.yaml"]
    assert f'    kind: newapi\n    url: {site.url}\n    auth: {{access_token: "${{env:NEWAPI_TOKEN}}", user_id: 1}}\n' in text
    assert "- name: B\n" in text
    assert stage.run("fmt", "--check").code == 0
    assert len(site.writes) == 2, "the two creates of the fixture"


@pytest.mark.usefixtures("account")
def test_of_a_live_site_the_login_comes_before_the_plan(stage: Stage, site: Port) -> None:
    assert stage.run("init", "--from", site.url, "--json").json["next"] == [
        "cp .env.example .env   # and fill it in",
        "set -a; . ./.env; set +a",
        "chanops validate",
        "chanops plan",
        "chanops apply",
    ]


@pytest.mark.parametrize(("url", "says"), [
    ("gateway.example.com", "--from: the address has no scheme; write it with https:// in front"),
    ("ftp://gateway.example.com", "--from: the address starts with ftp://; it must start with http:// or https://"),
])  # fmt: skip
def test_an_address_that_no_gateway_can_have_is_not_called(stage: Stage, url: str, says: str) -> None:
    ended = stage.run("init", "--from", url)

    assert (ended.code, ended.out) == (1, "")
    assert f"error: {says}\n" in ended.err


@pytest.mark.usefixtures("account")
def test_a_plan_of_what_was_imported_and_managed_before_is_empty(
    stage: Stage, site: Port, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.run("init", "--from", site.url)
    for line in texts(stage.folder)[".env.example"].splitlines():
        if line.endswith("="):
            monkeypatch.setenv(line[:-1], TOKEN if line == "NEWAPI_TOKEN=" else KEY)

    assert "No changes." in stage.run("plan").out


@pytest.mark.usefixtures("account")
def test_keys_may_be_left_as_they_are_and_then_only_the_login_is_needed(stage: Stage, site: Port) -> None:
    stage.run("init", "--from", site.url, "--keys", "ignore")

    made = texts(stage.folder)
    assert [line for line in made[".env.example"].splitlines() if line.endswith("=")] == ["NEWAPI_TOKEN="]
    assert made["channels.yaml"].count("ignore: [key]") == 2


@pytest.mark.usefixtures("account")
def test_the_owner_is_the_one_whose_marks_are_there(stage: Stage, site: Port) -> None:
    stage.run("init", "--from", site.url)

    assert "\nowner: team\n" in texts(stage.folder)["channels.yaml"]


@pytest.mark.usefixtures("account")
def test_no_secret_stands_in_any_file_or_output(stage: Stage, site: Port) -> None:
    ended = stage.run("init", "--from", site.url, "--ci", "github")

    everything = json.dumps([texts(stage.folder), ended.out, ended.err])
    assert [secret for secret in SECRETS if secret in everything] == []
    assert "NEWAPI_TOKEN=\n" in texts(stage.folder)[".env.example"]


@pytest.mark.parametrize("generation", ["g2", "g4"])
def test_an_octopus_is_found_out_too(stage: Stage, serve: Serve, monkeypatch: pytest.MonkeyPatch, generation: str) -> None:
    port = serve("octopus", generation)
    stage.declare(main=octopus(entry("A", base_url=BASE), url=port.url))
    stage.apply()
    (stage.folder / "channels.yaml").unlink()
    monkeypatch.setenv("CHANOPS_INIT_PASSWORD", PASSWORD)

    ended = stage.run("init", "--from", port.url)

    assert ended.code == 0, ended.err
    assert "1 channel of Octopus imported as main." in ended.out
    everything = json.dumps([texts(stage.folder), ended.out, ended.err])
    assert [secret for secret in SECRETS if secret in everything] == []
    assert (
        'auth: {username: "${env:OCTOPUS_USER}", password: "${env:OCTOPUS_PASSWORD}"}' in texts(stage.folder)["channels.yaml"]
    )


def test_the_token_is_typed_unseen(stage: Stage, site: Port) -> None:
    terminal = Terminal("init", "--from", site.url)
    terminal.read_until("System access token (empty: log in with a password): ")
    terminal.type(f"{TOKEN}\n")
    terminal.read_until("Number of its user [1]: ")
    terminal.type("\n")

    assert terminal.wait() == 0, terminal.seen
    assert TOKEN not in terminal.seen
    assert "2 channels of New API imported" in terminal.seen


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("newapi", "CHANOPS_INIT_TOKEN and CHANOPS_INIT_USER_ID, or CHANOPS_INIT_USER and CHANOPS_INIT_PASSWORD"),
        ("octopus", "set CHANOPS_INIT_USER and CHANOPS_INIT_PASSWORD"),
    ],
)
def test_without_a_terminal_the_error_names_the_variables(stage: Stage, kind: str, names: str) -> None:
    ended = stage.run("init", "--from", "http://127.0.0.1:1", "--kind", kind)

    assert ended.code == 1
    assert "nobody is there to ask for the account" in ended.err
    assert names in ended.err
    assert texts(stage.folder) == {}


def test_a_token_that_is_refused_writes_nothing(stage: Stage, site: Port, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHANOPS_INIT_TOKEN", "wrong-token-000000000001")
    monkeypatch.setenv("CHANOPS_INIT_USER_ID", "1")

    ended = stage.run("init", "--from", site.url)

    assert (ended.code, texts(stage.folder)) == (1, {})
    assert "wrong-token" not in ended.err


@pytest.mark.usefixtures("account", "without_pauses")
def test_where_nobody_answers_nothing_is_written(stage: Stage) -> None:
    ended = stage.run("init", "--from", "http://127.0.0.1:1")

    assert (ended.code, texts(stage.folder)) == (1, {})
    assert "no connection" in ended.err


@pytest.mark.usefixtures("account")
def test_what_is_neither_gateway_is_told(stage: Stage, serve: Serve) -> None:
    async def page(_seen: Seen) -> Answer:
        return Answer(200, b"<html>hello</html>", "text/html")

    ended = stage.run("init", "--from", serve(hand=page).url)

    assert (ended.code, texts(stage.folder)) == (1, {})
    assert "what answers there is neither New API nor Octopus; --kind says which it is" in ended.err


@pytest.mark.parametrize(
    "url", ["https://user:secret-7@a.example", "https://a.example/?token=secret-7", "https://a.example#secret-7"]
)
def test_an_address_with_a_secret_is_refused_and_not_repeated(stage: Stage, url: str) -> None:
    ended = stage.run("init", "--from", url)

    assert ended.code == 1
    assert "the address may hold a secret" in ended.err
    assert "secret-7" not in ended.out + ended.err


def test_every_kind_of_site_has_a_beginning() -> None:
    assert set(CREDENTIALS) == set(SiteKind)
    assert all(starter(f"{kind}.yaml") for kind in SiteKind)
