#!/usr/bin/env bash
# Sets up @tensorflow/tfjs-node-gpu on the TensorFlow library of a PyPI wheel (CPU build), in the folder given as $1.
# The package's own install script fetches an old library from elsewhere; its N-API binding is two C++ files that compile
# against current wheels unchanged. Needs python3 with pip, g++, unzip. Does nothing when the folder is already set up.
set -euo pipefail
dest=$1
tfjs=4.22.0 tensorflow=2.21.0 headers=1.9.0
package=$dest/node_modules/@tensorflow/tfjs-node-gpu
binding=$package/lib/napi-v8/tfjs_binding.node
if [ -f "$binding" ]; then exit 0; fi

mkdir -p "$dest"
cd "$dest"
[ -f package.json ] || echo '{"private":true}' > package.json
npm install --ignore-scripts --no-audit --no-fund --loglevel=error \
  "@tensorflow/tfjs-node-gpu@$tfjs" "node-api-headers@$headers" > /dev/null

wheels=$(mktemp -d)
python3 -m pip download -q --disable-pip-version-check --no-deps --only-binary=:all: \
  --python-version 3.11 --platform manylinux_2_27_x86_64 -d "$wheels" "tensorflow-cpu==$tensorflow"
echo "2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c  $(ls "$wheels"/*.whl)" | sha256sum -c --quiet -
unzip -q -o "$wheels"/*.whl 'tensorflow/libtensorflow_cc.so.2' 'tensorflow/libtensorflow_framework.so.2' \
  'tensorflow/include/tensorflow/c/*' 'tensorflow/include/tensorflow/core/platform/ctstring*' \
  'tensorflow/include/*tsl/*' -d "$dest"
rm -rf "$wheels"

library=$dest/tensorflow
mkdir -p "$(dirname "$binding")"
g++ -O2 -std=c++17 -fPIC -shared -DNAPI_VERSION=8 \
  -I"$dest/node_modules/node-api-headers/include" -I"$library/include" \
  "$package/binding/tfjs_backend.cc" "$package/binding/tfjs_binding.cc" -o "$binding.tmp" \
  -L"$library" -l:libtensorflow_cc.so.2 -l:libtensorflow_framework.so.2 -Wl,-rpath,"$library"
mv "$binding.tmp" "$binding"
