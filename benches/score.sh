#!/usr/bin/env bash
# Replays every fleet in a folder and prints one table: what each kind found, over all fleets. Usage: score.sh PICKET FLEETS
set -euo pipefail
picket=$1 fleets=$2
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
for fleet in "$fleets"/*/; do
  [ -e "$fleet/truth.jsonl" ] && [ -e "$fleet/picket.toml" ] || continue
  name=$(basename "$fleet")
  "$picket" replay --config "$fleet/picket.toml" --alerts "$made/$name.alerts" --tracks "$made/$name.tracks" 2> "$made/$name.log" \
    || { tail -n 3 "$made/$name.log" >&2; exit 1; }
  "$picket" score "$fleet" "$made/$name.alerts" --tracks "$made/$name.tracks" --json > "$made/$name.json" || true
  rm -f "$made/$name.tracks"
  echo "scored $name" >&2
done
"$picket" score --sum "$made"/*.json
