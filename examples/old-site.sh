#!/bin/sh
# A New API site as it grew by hand: four channels on an emulated gateway, which keeps them in the folder .chanops.
# docs/tutorial/from-clicks-to-git.md begins with it. The token of its administrator is demo-admin-token-000000000001.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
export CHANOPS_SANDBOX_DIR="$PWD/.chanops"
cat > "$work/site.yaml" << 'END'
version: 1
sites:
  main:
    kind: newapi
    url: sandbox:newapi
    auth: {access_token: "${env:NONE:-demo-admin-token-000000000001}", user_id: 1}
END

# click CHANNEL: what the gateway's web page sends when somebody fills in the form of a new channel.
click() {
  chanops sandbox request main POST /api/channel/ "{\"mode\": \"single\", \"channel\": $1}" --file "$work/site.yaml" \
    > "$work/answer" 2>&1 || { cat "$work/answer" >&2; exit 1; }
}

click '{"name": "qhaigc", "type": 1, "key": "sk-demo-0001", "base_url": "https://api.qhaigc.net",
        "models": "gpt-4o,gpt-4o-mini", "group": "default,vip", "weight": 10, "tag": "qhaigc"}'
click '{"name": "qhaigc 2 NEW", "type": 1, "key": "sk-demo-0001", "base_url": "https://api-hk.qhaigc.net",
        "models": "gpt-4o,gpt-4o-mini", "group": "default", "priority": -10}'
click '{"name": "claude", "type": 14, "key": "sk-demo-0002", "base_url": "https://octopusx.ai",
        "models": "claude-sonnet-4-5,claude-haiku-4-5", "group": "default"}'
click '{"name": "pictures", "type": 2, "key": "sk-demo-0003", "base_url": "https://pictures.example.com",
        "models": "mj_imagine", "group": "design"}'
echo "Four channels were made by hand."
