"""`chanops check`: what it looks at, how it ends, what it prints, what is allowed, and what it mends."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from chanops.domain.rules import ALLOWABLE, RULES
from chanops.sandbox.upstream import Provider
from cli.port import Gate
from cli.stage import KEY, PATIENCE, SECRETS, Ended, entry, newapi, octopus, start
from upstreams.served import served

if TYPE_CHECKING:
    from cli.conftest import Serve
    from cli.stage import Stage

EXAMPLES = Path(__file__).parents[2] / "examples"
ROOT = "https://upstream.example.com"


def fine(name: str = "A", **fields: Any) -> dict[str, Any]:
    return entry(name, base_url=ROOT, **fields)


def rules(ended: Ended) -> list[tuple[str, str]]:
    return [(found["severity"], found["rule"]) for found in ended.json["diagnostics"]]


# --- what it says and how it ends


def test_nothing_wrong_is_said_in_one_line(stage: Stage) -> None:
    stage.declare(main=newapi(fine()))

    ended = stage.run("check", "--static")

    assert (ended.code, ended.out, ended.err) == (0, "Success! Nothing is wrong: 1 channel on 1 site.\n", "")


def test_an_error_fails_and_is_shown_with_its_place(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")))

    ended = stage.run("check", "--static")

    assert ended.code == 1
    assert "error: https://upstream.example.com/v1 is written as https://upstream.example.com" in ended.out
    assert "--> channels.yaml:" in ended.out


def test_a_warning_fails_only_when_strict(stage: Stage) -> None:
    stage.declare(main=newapi(fine(test_model="gpt-5")))

    assert stage.run("check", "--static").code == 0
    assert stage.run("check", "--static", "--strict").code == 1


def test_what_a_plan_only_notes_is_an_error_here(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")))

    planned = stage.run("plan", "--json")
    checked = stage.run("check", "--static", "--json")

    assert planned.code == 0
    assert ("notice", "url-version") in rules(planned)
    assert rules(checked) == [("error", "url-version")]


def test_a_fault_of_a_provider_is_told_once(stage: Stage) -> None:
    channels = [entry(name, base_url=None, key=f"${{env:KEY_{name}}}", provider="up") for name in "ABC"]
    stage.declare({"providers": {"up": {"base_url": f"{ROOT}/v1"}}}, main=newapi(*channels))

    assert rules(stage.run("check", "--static", "--json")) == [("error", "url-version")]


def test_an_address_for_both_gateways_is_a_root(stage: Stage) -> None:
    channel = entry("A", base_url=None, provider="up")
    old = octopus(channel, url="sandbox:octopus?generation=g2")
    stage.declare({"providers": {"up": {"base_url": ROOT}}}, main=newapi(channel), edge=octopus(channel), old=old)

    ended = stage.run("check", "--json", "--select", "url-*")

    assert (ended.code, rules(ended)) == (0, [])


def test_what_else_is_wrong_with_a_channel_whose_root_is_fine_is_as_bad_as_anywhere(stage: Stage) -> None:
    stage.declare({"allow_plaintext_secrets": True}, edge=octopus(fine(key=" sk-invented-0001")))

    assert rules(stage.run("check", "--static", "--json")) == [("error", "key-form")]


def test_a_root_of_an_old_octopus_lacks_its_version(stage: Stage) -> None:
    stage.declare(old=octopus(fine(), url="sandbox:octopus?generation=g2"))

    assert rules(stage.run("check", "--json", "--select", "url-*")) == [("error", "url-version")]


def test_files_that_do_not_load_are_told_as_validate_tells_them(stage: Stage) -> None:
    stage.declare(main=newapi(fine(models=[])))

    checked, validated = stage.run("check", "--json"), stage.run("validate", "--json")

    assert checked.code == validated.code == 1
    assert checked.json == validated.json


def test_the_json_is_that_of_validate(stage: Stage) -> None:
    stage.declare(main=newapi(fine(test_model="gpt-5")))

    answer = stage.run("check", "--static", "--json").json

    assert {name: answer[name] for name in ("format_version", "valid", "error_count", "warning_count")} == {
        "format_version": "1.0",
        "valid": True,
        "error_count": 0,
        "warning_count": 1,
    }
    assert answer["diagnostics"][0]["rule"] == "test-model"


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.glob("*.yaml")))
def test_the_examples_have_no_fault(stage: Stage, name: str) -> None:
    ended = stage.run("check", "--static", "--json", "-f", str(EXAMPLES / name))

    assert ended.json["diagnostics"] == []


# --- which rules, which channels


def test_select_and_ignore_take_ids_and_globs(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A", test_model="gpt-5", key="${env:K}"), entry("B", base_url=f"{ROOT}/chat?x")))

    def found(*flags: str) -> set[str]:
        return {rule for _, rule in rules(stage.run("check", "--static", "--json", *flags))}

    assert found() == {"url-version", "test-model", "url-raw"}
    assert found("--select", "url-*") == {"url-version", "url-raw"}
    assert found("--select", "url-*", "--ignore", "url-raw") == {"url-version"}
    assert found("--ignore", "url-raw", "--ignore", "test-model") == {"url-version"}


def test_a_rule_that_is_none_is_a_usage_error_that_says_which_is_meant(stage: Stage) -> None:
    stage.declare(main=newapi(fine()))

    for flag in ("--select", "--ignore"):
        ended = stage.run("check", "--static", "--json", flag, "url-verson")

        assert ended.code == 1
        assert ended.findings == [f'{flag}: there is no rule "url-verson"; did you mean "url-version"?']


def test_an_error_that_keeps_the_rest_from_being_looked_at_is_never_ignored(stage: Stage) -> None:
    stage.declare(main=newapi(fine(model_mapping={"x": "y"}, test_model="gpt-5")))

    for flags in (("--ignore", "map-source"), ("--select", "test-model"), ("--target", "nothing")):
        assert ("error", "map-source") in rules(stage.run("check", "--static", "--json", *flags))


def test_targets_and_sites_limit_what_is_looked_at(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A"), entry("B", key="${env:K2}")), other=newapi(entry("C")))

    def addresses(*flags: str) -> list[str]:
        return [found["address"] for found in stage.run("check", "--static", "--json", *flags).json["diagnostics"]]

    assert addresses("--site", "other") == ["other/channel/C"]
    assert addresses("--target", "main/channel/A") == ["main/channel/A"]
    assert addresses("--exclude", "*A", "--site", "main") == ["main/channel/B"]


def test_every_rule_is_listed_with_what_it_means(stage: Stage) -> None:
    text, listed = stage.run("check", "--list-rules"), stage.run("check", "--list-rules", "--json")

    assert all(f"{rule.id} " in text.out and rule.sentence in text.out for rule in RULES.values())
    assert [rule["id"] for rule in listed.json["rules"]] == list(RULES)


# --- with sites


def test_a_site_that_cannot_be_read_is_an_error_and_its_files_are_looked_at(stage: Stage) -> None:
    gone = newapi(entry("A"), url="http://127.0.0.1:9")
    stage.declare(main=gone)

    ended = stage.run("check", "--json")

    assert ended.code == 1
    assert set(rules(ended)) == {("error", "site-unread"), ("error", "url-version")}


def test_without_network_no_secret_is_needed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.declare(main=newapi(fine()))
    for name in ("KEY", "TOKEN"):
        monkeypatch.delenv(name)

    assert stage.run("check", "--static").code == 0
    ended = stage.run("check", "--json")
    assert ended.code == 1
    assert all("is not set" in summary for summary in ended.findings)


def test_a_key_behind_a_reference_is_looked_at_with_the_site(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY", f"{KEY},{KEY}")
    stage.declare(main=newapi(fine()))

    ended = stage.run("check", "--json", "--select", "key-*")

    assert rules(ended) == [("error", "key-form")]
    assert not any(secret in ended.out + ended.err for secret in SECRETS)
    assert rules(stage.run("check", "--static", "--json")) == []


def test_a_channel_that_is_off_is_not_asked_for(stage: Stage) -> None:
    stage.declare(main=newapi(fine(enabled=False)))

    assert rules(stage.run("check", "--json", "--select", "model*")) == []


def test_the_upstream_of_a_plain_list_is_asked_once_for_all_alike(stage: Stage) -> None:
    provider = Provider(["gpt-4o"])
    with served(provider) as url:
        alike = [entry(name, base_url=url, models=["gpt-4o", f"never-heard-of-{name}"]) for name in "AB"]
        stage.declare(main=newapi(*alike, entry("C", base_url=url, key="${env:TOKEN}", models=["gpt-4o"])))

        ended = stage.run("check", "--json", "--select", "model-missing")

    assert rules(ended) == [("warning", "model-missing")] * 2
    assert len(provider.requests) == 2


def test_a_rule_and_its_lock_are_held_against_the_upstream(stage: Stage) -> None:
    provider = Provider(["gpt-4o", "gpt-4o-mini"])
    with served(provider) as url:
        stage.declare(main=newapi(entry("A", base_url=url, models={"from": "upstream"})))
        stage.run("lock")
        provider.models = ["gpt-4o"]

        ended = stage.run("check", "--json", "--select", "model-*")

    assert rules(ended) == [("warning", "model-missing")]


def test_what_only_the_gateway_knows_is_looked_at(stage: Stage) -> None:
    stage.declare(main=newapi(fine(groups=["nobody"], enabled=False)))

    assert rules(stage.run("check", "--json", "--select", "group-*")) == [("warning", "group-unknown")]
    assert rules(stage.run("check", "--static", "--json", "--select", "group-*")) == []


def test_allow_silences_what_only_the_gateway_knows(stage: Stage) -> None:
    stage.declare(main=newapi(fine(groups=["nobody"], enabled=False, allow=[{"group-unknown": "comes on Monday"}])))

    ended = stage.run("check", "--json", "--select", "group-*", "--select", "allow-*")

    assert rules(ended) == []


def test_a_line_that_only_the_site_shows_to_be_in_vain_is_mended(stage: Stage) -> None:
    stage.declare(main=newapi(fine(enabled=False, allow=[{"group-unknown": "comes on Monday"}])))

    ended = stage.run("check", "--json", "--fix", "--select", "allow-*")

    assert ended.json["diagnostics"] == []
    assert len(ended.json["mended"]) == 1
    assert "allow" not in (stage.folder / "channels.yaml").read_text(encoding="utf-8")


# --- allow


def test_allow_silences_one_rule_on_one_channel(stage: Stage) -> None:
    because = {"allow": [{"url-version": "the vendor wants it so"}]}
    stage.declare(main=newapi(entry("A", **because), entry("B", key="${env:K2}")))

    answer = stage.run("check", "--static", "--json").json

    assert [found["address"] for found in answer["diagnostics"]] == ["main/channel/B"]


def test_what_is_allowed_is_silent_in_a_plan_and_in_validate_too(stage: Stage) -> None:
    because = {"allow": [{"test-model": "asked by hand"}, {"url-version": "so"}]}
    stage.declare(main=newapi(entry("A", test_model="gpt-5", **because)))

    assert rules(stage.run("validate", "--json")) == []
    assert rules(stage.run("plan", "--json")) == []


def test_allow_lets_a_plan_through_where_a_gateway_takes_the_channel(stage: Stage) -> None:
    long = ["a" * 40, "b" * 40]
    stage.declare(main=newapi(fine(groups=long)))
    assert stage.run("validate").code == 1

    stage.declare(main=newapi(fine(groups=long, model_mapping={"x": "y"}, allow=[{"map-source": "later"}])))
    assert rules(stage.run("validate", "--json")) == [("error", "group-length")]

    stage.declare(main=newapi(fine(model_mapping={"x": "y"}, allow=[{"map-source": "later"}])))
    assert stage.run("plan").code == 0


def test_allow_of_what_no_gateway_can_take_is_an_error(stage: Stage) -> None:
    stage.declare(main=newapi(fine(allow=["models-empty"])))

    assert stage.run("validate", "--json").findings == ["models-empty cannot be allowed"]


def test_allow_of_no_rule_says_which_is_meant(stage: Stage) -> None:
    stage.declare(main=newapi(fine(allow=["url-verson"])))

    (found,) = stage.run("validate", "--json").json["diagnostics"]
    assert (found["summary"], found["detail"]) == ('there is no rule "url-verson"', 'did you mean "url-version"?')


def test_allow_stands_on_channels_alone(stage: Stage) -> None:
    stage.declare({"defaults": {"allow": ["url-raw"]}}, main=newapi(fine()))

    assert stage.run("validate", "--json").findings == ['"allow" is not a key of defaults']


def test_allow_without_a_reason_is_noted(stage: Stage) -> None:
    stage.declare(main=newapi(fine(test_model="gpt-5", allow=["test-model"])))

    assert rules(stage.run("check", "--static", "--json")) == [("notice", "allow-reason")]


def test_allow_that_silences_nothing_is_noted(stage: Stage) -> None:
    stage.declare(main=newapi(fine(allow=[{"auto-sync": "why"}])))

    assert rules(stage.run("check", "--static", "--json")) == [("notice", "allow-unused")]


@pytest.mark.parametrize("rule", ["key-type", "price-missing", "model-missing"])
def test_allow_is_no_vain_line_where_its_rule_was_not_looked_at(stage: Stage, rule: str) -> None:
    stage.declare(main=newapi(fine(allow=[{rule: "why"}])))

    assert rules(stage.run("check", "--static", "--json")) == []
    assert rules(stage.run("check", "--static", "--json", "--ignore", rule)) == []


def test_allow_of_a_shared_channel_counts_when_one_site_needs_it(stage: Stage) -> None:
    shared = entry("A", sites=["main", "edge"], base_url=f"{ROOT}/v1", allow=[{"url-version": "of the vendor"}])
    stage.declare({"channels": [shared]}, main=newapi(), edge=octopus())

    assert rules(stage.run("check", "--static", "--json")) == []


def test_the_schema_knows_what_can_be_allowed(stage: Stage) -> None:
    schema = stage.run("schema").json

    (plain, reasoned) = schema["$defs"]["channel"]["properties"]["allow"]["anyOf"][0]["items"]["anyOf"]
    assert plain["enum"] == reasoned["propertyNames"]["enum"] == list(ALLOWABLE)


# --- SARIF


def test_sarif_has_what_code_scanning_needs(stage: Stage) -> None:
    stage.write("version: 1\n", "other.yaml")
    stage.declare(main=newapi(entry("A", test_model="gpt-5"), url="http://127.0.0.1:9"))

    ended = stage.run("check", "--format", "sarif")

    (run,) = ended.json["runs"]
    driver = run["tool"]["driver"]
    assert (ended.code, ended.json["version"], driver["name"]) == (1, "2.1.0", "chanops")
    assert {rule["id"] for rule in driver["rules"]} == {*RULES, "files"}
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert result["message"]["text"]
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"] == {"uri": "channels.yaml"}
        assert place["region"]["startLine"] >= 1
    assert {result["ruleId"] for result in run["results"]} >= {"url-version", "site-unread", "test-model"}


def test_sarif_puts_what_has_no_place_into_the_first_line(stage: Stage) -> None:
    ended = stage.run("check", "--format", "sarif", "-f", "not there.yaml")

    ((result,),) = [run["results"] for run in ended.json["runs"]]
    assert result["ruleId"] == "files"
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "not%20there.yaml"},
        "region": {"startLine": 1},
    }


def test_sarif_names_files_from_the_folder_the_run_is_in(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")))

    ended = stage.run("check", "--static", "--format", "sarif", "-f", str(stage.folder / "channels.yaml"))

    (result,) = ended.json["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "channels.yaml"


# --- fix

BAD = """\
# top
version: 1
owner: team   # us
providers:
  up:
    key: ${env:KEY}
    base_url: https://up.example.com/v1   # of the vendor
sites:
  main:
    kind: newapi
    url: sandbox:newapi
    auth: {access_token: "${env:TOKEN}", user_id: 1}
    channels:
      # the first
      - name: A
        type: openai
        provider: up
        models:
          - gpt-4o   # keep
          - gpt-4o   # twice

          - ' o1'
        groups: [vip, "default "]
        model_mapping: {fast: gpt-4o}
      - {name: B, type: openai, base_url: 'https://b.example.com/', key: '${env:K2}', models: [a, a, b], allow: [auto-sync]}
      - name: C   # off
        type: gemini
        base_url: ${env:URL}/v1beta
        key: ${env:K3}
        models: [x]
        allow:
          # why
          - auto-sync: no reason
        weight: 1
"""

MENDED = """\
# top
version: 1
owner: team   # us
providers:
  up:
    key: ${env:KEY}
    base_url: https://up.example.com   # of the vendor
sites:
  main:
    kind: newapi
    url: sandbox:newapi
    auth: {access_token: "${env:TOKEN}", user_id: 1}
    channels:
      # the first
      - name: A
        type: openai
        provider: up
        models:
          - gpt-4o   # keep

          - 'o1'
          - fast
        groups: [vip, "default"]
        model_mapping: {fast: gpt-4o}
      - {name: B, type: openai, base_url: 'https://b.example.com', key: '${env:K2}', models: [a, b]}
      - name: C   # off
        type: gemini
        base_url: ${env:URL}/v1beta
        key: ${env:K3}
        models: [x]
        weight: 1
"""


def test_fix_mends_what_is_safe_and_leaves_every_other_byte(stage: Stage) -> None:
    path = stage.write(BAD)

    ended = stage.run("check", "--static", "--fix", "--json")

    assert path.read_text(encoding="utf-8") == MENDED
    assert (ended.code, ended.json["diagnostics"]) == (0, [])
    assert "mended: channels.yaml:7: https://up.example.com/v1 is now https://up.example.com" in ended.err
    assert len(ended.json["mended"]) == ended.err.count("mended: ") == 9


AROUND = """\
version: 1
sites:
  main:
    kind: newapi
    url: sandbox:newapi
    channels:
      - name: A
        type: openai
        base_url: https://a.example.com
        key: ${env:KEY}
        weight: 1
        @
        priority: 2
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("models: [\n  a, # one\n  a, # two\n  b, # three\n]", "models: [\n  a, # one\n  b, # three\n]"),
        ("models: [a, # one\n  b, a, # two\n  c]", "models: [a, # one\n  b, # two\n  c]"),
        ("models: [a, # one\n  a, b]", "models: [a, # one\n  b]"),
        ("models: [a, b, # two\n  a]", "models: [a, b, # two\n  ]"),
        ("models: [a]\nallow: [auto-sync,\n  # still\n  {test-model: so}]\ntest_model: x",
         "models: [a]\nallow: [\n  # still\n  {test-model: so}]\ntest_model: x"),
        ("models: [a]\nmodel_mapping: {b: a, 'c,d': a, ' e': a}", "models: [a, b]\nmodel_mapping: {b: a, 'c,d': a, ' e': a}"),
    ],
)  # fmt: skip
def test_fix_keeps_the_comments_of_others_and_puts_in_no_fault(stage: Stage, before: str, after: str) -> None:
    before, after = (AROUND.replace("@", part.replace("\n", "\n        ")) for part in (before, after))
    path = stage.write(before)

    stage.run("check", "--static", "--fix")

    assert path.read_text(encoding="utf-8") == after


@pytest.mark.parametrize("allow", ["&l [auto-sync]", "[{auto-sync: &r so}]", "[&l auto-sync, {test-model: so}]"])
def test_fix_leaves_what_has_an_anchor_and_mends_the_rest(stage: Stage, allow: str) -> None:
    named = "tag: *r" if "&r" in allow else "param_override: {x: *l}"
    lines = f"models: [a]\n        test_model: b\n        allow: {allow}\n        {named}"
    path = stage.write(AROUND.replace("@", lines).replace("example.com", "example.com/"))

    stage.run("check", "--static", "--fix")

    assert path.read_text(encoding="utf-8") == AROUND.replace("@", lines)


def test_fix_does_not_say_that_it_mended_an_alias(stage: Stage) -> None:
    stage.write(AROUND.replace("@", "models: [&m a, *m]"))

    assert stage.run("check", "--static", "--fix", "--json").json["mended"] == []


def test_fix_says_what_it_took_out_in_one_line_without_comments(stage: Stage) -> None:
    text = AROUND.replace(
        "@", "models: [a]\n        allow:\n          - auto-sync: so   # sk-told-to-nobody\n\n# sk-told-to-nobody"
    )
    stage.write(text)

    ended = stage.run("check", "--static", "--fix", "--json")

    assert ended.json["mended"] == ["channels.yaml:14: auto-sync: so is taken out"]


def test_fix_mends_a_file_that_ends_without_a_line_end(stage: Stage) -> None:
    text = AROUND.replace("@", "models: [a]").replace("        priority: 2\n", "        allow:\n          - auto-sync: so")
    path = stage.write(text)

    stage.run("check", "--static", "--fix")

    assert path.read_text(encoding="utf-8") == AROUND.replace("@", "models: [a]").replace("        priority: 2\n", "")


def test_fix_mends_the_file_that_a_link_leads_to(stage: Stage) -> None:
    path = stage.write(BAD, "elsewhere/real.yaml")
    (stage.folder / "channels.yaml").symlink_to(path)

    stage.run("check", "--static", "--fix")

    assert (stage.folder / "channels.yaml").is_symlink()
    assert path.read_text(encoding="utf-8") == MENDED


def test_fix_twice_changes_nothing_more(stage: Stage) -> None:
    path = stage.write(MENDED)
    before = path.stat().st_mtime_ns

    ended = stage.run("check", "--static", "--fix", "--json")

    assert (ended.code, ended.json["mended"], path.stat().st_mtime_ns) == (0, [], before)


def test_fix_keeps_line_ends_and_a_byte_order_mark(stage: Stage) -> None:
    path = stage.folder / "channels.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + BAD.replace("\n", "\r\n").encode())

    stage.run("check", "--static", "--fix")

    assert path.read_bytes() == b"\xef\xbb\xbf" + MENDED.replace("\n", "\r\n").encode()


def test_an_interrupted_fix_says_what_it_wrote(stage: Stage, serve: Serve) -> None:
    gate = Gate(1, reads=True)
    port = serve(hand=gate)
    stage.declare(main=newapi(entry("A"), url=port.url))

    with start("check", "--fix", "--json") as process:
        gate.wait()
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=PATIENCE)

    ended = Ended(process.returncode, out, err)
    assert ended.code == 143
    assert ended.findings == ["interrupted: 1 repair was made in the files, and nothing was written to any site"]
    assert ended.err.count("mended: ") == 1


def test_fix_mends_only_the_rules_that_are_wanted(stage: Stage) -> None:
    path = stage.write(BAD)

    stage.run("check", "--static", "--fix", "--select", "model-dup")

    assert path.read_text(encoding="utf-8") == BAD.replace("          - gpt-4o   # twice\n", "").replace("[a, a, b]", "[a, b]")


def test_fix_leaves_a_list_alone_that_other_channels_share(stage: Stage) -> None:
    mapped = entry("A", base_url=ROOT, models=None, model_mapping={"x": "y"}, provider="up")
    top = {"providers": {"up": {"models": ["gpt-4o"]}}}
    stage.declare(top, main=newapi(mapped, fine("B", models=None, provider="up", key="${env:K2}")))
    before = (stage.folder / "channels.yaml").read_text(encoding="utf-8")

    ended = stage.run("check", "--static", "--fix", "--json")

    assert rules(ended) == [("error", "map-source")]
    assert (stage.folder / "channels.yaml").read_text(encoding="utf-8") == before


def test_fix_writes_nothing_when_the_files_would_not_load(stage: Stage) -> None:
    text = BAD.replace("[a, a, b]", "[a, # one\n        a # two\n        , b]")  # without the second line, two commas
    path = stage.write(text)

    stage.run("check", "--static", "--fix", "--select", "model-dup")

    assert path.read_text(encoding="utf-8") == text


def test_fix_writes_nothing_to_a_site(stage: Stage) -> None:
    stage.write(BAD.replace("${env:URL}", "https://c.example.com").replace("${env:K2}", "${env:KEY}").replace("K3", "KEY"))

    stage.run("check", "--fix")

    assert stage.names("main") == []


def test_fix_writes_the_root_where_both_gateways_share_an_address(stage: Stage) -> None:
    channel = entry("A", base_url=None, provider="up")
    stage.declare({"providers": {"up": {"base_url": f"{ROOT}/v1/"}}}, main=newapi(channel), edge=octopus(channel))

    ended = stage.run("check", "--static", "--fix", "--json")

    assert rules(ended) == []
    assert f'"base_url": "{ROOT}"' in (stage.folder / "channels.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("url", ["https://user:invented-pw-0001@a.example.com/v1", "${env:KEY}/v1/"])
def test_fix_leaves_alone_what_is_secret(stage: Stage, url: str) -> None:
    stage.declare({"allow_plaintext_secrets": True}, main=newapi(fine() | {"base_url": url}))
    before = (stage.folder / "channels.yaml").read_text(encoding="utf-8")

    ended = stage.run("check", "--static", "--fix")

    assert (stage.folder / "channels.yaml").read_text(encoding="utf-8") == before
    assert "invented-pw-0001" not in ended.out + ended.err
