#!/bin/sh
# The life of two gateways in half a minute, on emulated ones: no server, no key, no network. Run it with `make demo`.
# It ends with an error as soon as a step does not show what it should.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
cp "$here/channels.yaml" "$work"
cd "$work"

# Nothing of your own environment shall find its way into the demonstration.
unset QHAIGC_KEY OCTOPUSX_KEY NEWAPI_TOKEN OCTOPUS_USER OCTOPUS_PASSWORD
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

say "A slip: OctopusX Claude leaves the file too, and nobody else serves its models. A guard refuses: exit code 3, nothing is written."
sed '/name: OctopusX Claude/,/remark/d' channels.yaml > slip.yaml
run 3 chanops apply --auto-approve --file slip.yaml
shows "last_route"

say "What lives now, and whose it is."
run 0 chanops list
shows "8 channels on 2 sites"

say "That was all. The file: examples/channels.yaml. Your own first plan: docs/tutorial/first-plan.md"
