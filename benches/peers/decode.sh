#!/usr/bin/env bash
# picket, the `ais` crate and gpsdecode over the same generated files in one run.
set -euo pipefail
cd "$(dirname "$0")"
cargo run --release --quiet --target-dir ../../target/peers
