#!/bin/sh
# The life of two gateways in half a minute, on emulated ones: no server, no key, no network. Run it with `make demo`.
# It ends with an error as soon as a step does not show what it should.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
vendor=""
trap 'end_vendor; rm -rf "$work"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
cp "$here/channels.yaml" "$work"
cd "$work"

# Nothing of your own environment shall find its way into the demonstration.
unset QHAIGC_KEY OCTOPUSX_KEY VENDOR_KEY NEWAPI_TOKEN OCTOPUS_USER OCTOPUS_PASSWORD
for name in $(env | sed -n 's/^\(CHANOPS_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done

escape=$(printf '\033')
bold="" plain=""
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
  bold="$escape[1m" plain="$escape[0m"
  export FORCE_COLOR=1
fi

say() { printf '\n%s# %s%s\n' "$bold" "$1" "$plain"; }

# run CODE COMMAND...: show the command and what it prints; it must end with CODE.
run() {
  silently "$@"
  cat output.txt
}

# silently CODE COMMAND...: the same, without what it prints.
silently() {
  expected=$1 line=""
  shift
  for word in "$@"; do
    case $word in
      *[!A-Za-z0-9_./=-]*) line="$line '$word'" ;;
      *) line="$line $word" ;;
    esac
  done
  printf '\n%s$%s%s\n' "$bold" "$line" "$plain"
  code=0
  "$@" > output.txt 2>&1 || code=$?
  [ "$code" -eq "$expected" ] || { cat output.txt; fail "it ended with exit code $code instead of $expected"; }
}

# shows TEXT: the last command must have printed it.
shows() { sed "s/$escape\[[0-9;]*m//g" output.txt | grep -qF -- "$1" || fail "it did not print: $1"; }

fail() {
  printf '\nThe demonstration stops here: %s\n' "$1" >&2
  exit 1
}

id_of() { chanops get "$1" --json 2> errors.txt | sed -n 's/^ *"remote_id": "*\([0-9]*\).*/\1/p'; }

# begin_vendor MODEL...: an emulated provider that lists these; the second one has the address of the first.
begin_vendor() {
  for model in "$@"; do set -- "$@" --model "$model"; shift; done
  : > vendor.json
  chanops sandbox serve upstream --json --port "${port:-0}" "$@" > vendor.json 2>&1 &
  vendor=$!
}

# wait_for_vendor: until it answers; then $port is its own.
wait_for_vendor() {
  until grep -q '"url"' vendor.json; do
    kill -0 "$vendor" 2> errors.txt || { cat vendor.json; fail "the emulated provider did not start"; }
    sleep 0.1
  done
  port=$(sed 's/.*:\([0-9]*\)".*/\1/' vendor.json)
}

end_vendor() {
  [ -z "$vendor" ] || { kill "$vendor" && wait "$vendor" || true; } 2> errors.txt
  vendor=""
}

say "Two gateways, a New API and an Octopus, as one file. First: is the file sound? No network, no secrets."
run 0 chanops validate
shows "9 channels on 2 sites"

say "What would apply do? Nothing is written yet. Exit code 2 says: changes are pending."
run 2 chanops plan --detailed-exitcode
shows "Plan: 9 to add, 0 to change, 0 to delete."

say "Do it. (Without --auto-approve it would ask.)"
run 0 chanops apply --auto-approve --concise
shows "Apply complete! Channels: 9 added, 0 changed, 0 deleted."

say "Again: nothing to do. Exit code 0."
run 0 chanops plan --detailed-exitcode
shows "No changes."

say "Somebody changes two channels by hand, as the gateways' web pages would: a priority on main, a switch on edge."
silently 0 chanops sandbox request main PUT /api/channel/ "{\"id\": $(id_of main/channel/Qhaigc), \"priority\": 99}"
silently 0 chanops sandbox request edge POST /api/v1/channel/enable "{\"id\": $(id_of edge/channel/OctopusX), \"enabled\": false}"

say "The plan shows the drift, field by field."
run 2 chanops plan --detailed-exitcode
shows "~ priority = 99 -> 0"
shows "~ enabled = false -> true"
shows "Plan: 0 to add, 2 to change, 0 to delete."

say "Apply mends it."
run 0 chanops apply --auto-approve --concise
shows "Apply complete! Channels: 0 added, 2 changed, 0 deleted."

say "The file changes: Qhaigc Hong Kong leaves it, Qhaigc gets one model more and twice the weight."
sed -e '/second node/,/^$/d' -e 's/weight: 10/weight: 20/' -e 's/\[gpt-4o, gpt-4o-mini, deepseek-chat\]/[gpt-4o, gpt-4o-mini, o3-mini, deepseek-chat]/' \
  channels.yaml > edited.yaml && mv edited.yaml channels.yaml
run 2 chanops plan --detailed-exitcode
shows "# main/channel/Qhaigc Hong Kong will be deleted"
shows "Plan: 0 to add, 1 to change, 1 to delete."
run 0 chanops apply --auto-approve --concise
shows "Apply complete! Channels: 0 added, 1 changed, 1 deleted."

begin_vendor gpt-5 gpt-5-mini whisper-1  # for the scene after this one
say "A slip: OctopusX Claude leaves the file too, and nobody else serves its models. A guard refuses: exit code 3, nothing is written."
sed '/name: OctopusX Claude/,/remark/d' channels.yaml > slip.yaml
run 3 chanops apply --auto-approve --file slip.yaml
shows "last_route"

say "A channel that follows its vendor: a rule chooses from the models that the vendor lists. (It is emulated, on this machine.)"
wait_for_vendor
cat >> channels.yaml << END
  - name: Vendor
    sites: [main]
    type: openai
    base_url: http://127.0.0.1:$port
    key: \${env:VENDOR_KEY:-sk-demo-vendor-0000000001}
    models: {from: upstream, include: ["gpt-*"]}
END
run 0 tail -n 6 channels.yaml

say "lock asks the vendor and keeps the list in a file: that is committed, and plan and apply take the models from there."
run 0 chanops lock
shows "+ gpt-5"
run 0 chanops apply --auto-approve --locked
shows "Apply complete! Channels: 1 added, 0 changed, 0 deleted."

say "Overnight the vendor offers one model more. lock --check sees it: exit code 2."
end_vendor
begin_vendor gpt-5 gpt-5-mini gpt-5-nano whisper-1
wait_for_vendor
run 2 chanops lock --check
shows "+ gpt-5-nano"

say "In the file it is one line, and the time: a pull request that somebody reviews."
cp chanops.lock.yaml before.lock.yaml
silently 0 chanops lock
run 1 diff -U 2 before.lock.yaml chanops.lock.yaml
shows '+        - "gpt-5-nano"'

say "And in the plan it is that model. The plan asks nobody: the vendor is gone by now."
end_vendor
run 2 chanops plan --detailed-exitcode --locked
shows '+ "gpt-5-nano"'
shows "Plan: 0 to add, 1 to change, 0 to delete."

say "What lives now, and whose it is."
run 0 chanops list
shows "9 channels on 2 sites"

say "That was all. The file: examples/channels.yaml. Your own first plan: docs/tutorial/first-plan.md"
