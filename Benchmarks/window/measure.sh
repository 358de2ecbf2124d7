# The part `window` of scripts/bench, which reads this file and has the functions and variables that it uses.
# shellcheck shell=bash disable=SC2154

# window NAME SIZE EVERY RESULTS: the pipeline and the reference, in turns; both count the same rows into the same windows.
# RESULTS is how many there are of the whole input.
window() {
  local ours=$work/windows-ours.jsonl theirs=$work/windows-theirs.jsonl
  rm -f "$ours" "$theirs"
  BENCH_INPUT=$input BENCH_OUTPUT=$ours run "Benchmarks/window/$1.yaml" >>"$results/window-$1"
  "$work/measure" "$work/windows" "$2" "$3" "$input" "$theirs" >>"$results/window-$1-reference" 2>"$results/said" ||
    fail "the reference failed: $(tail -n 3 "$results/said")"
  paste <(window_rows "$ours") <(window_rows "$theirs") | awk -F '\t' "$same_windows" ||
    fail "the windows of $1 differ from the reference's"
  if [ "$rows" -eq 5000000 ] && [ "$(wc -l <"$ours")" -ne "$4" ]; then fail "$1 gave $(wc -l <"$ours") rows, not $4"; fi
  rm -f "$ours" "$theirs"
}

# A line for each result, sorted: what has to be the same, its sum, its mean.
window_rows() {
  sed -E 's/,"corrections":0//; s/("(min|max)":[0-9]+)\.0([,}])/\1\3/g
    s/"sum":([^,]*),"avg":([^,]*),(.*)/\3\t\1\t\2/' "$1" | sort
}

# CPU nanoseconds of a line and peak KiB of so many lines through standard input.
streamed() {
  "$work/input" "$1" | BENCH_OUTPUT=$work/streamed.jsonl run Benchmarks/window/stream.yaml |
    awk -v lines="$1" '{ print $2 / lines * 1e9, $3 }'
  rm -f "$work/streamed.jsonl"
}

# Sums agree to nine digits; keys, bounds, counts and extremes entirely.
same_windows='
  function far(a, b) { return (a > b ? a - b : b - a) > 1e-9 * (b > 0 ? b : -b) }
  NF != 6 || $1 != $4 || far($2, $5) || far($3, $6) { print "line " NR ": " $0 | "cat >&2"; exit 1 }'

measure_window() {
  local round name label gate once tenfold more=$((rows * 10))
  for ((round = 1; round <= rounds; round++)); do
    say "window, round $round of $rounds"
    window tumbling 10000 10000 50084
    window sliding 60000 5000 101184
    if [ "$round" -eq 1 ]; then "$work/window" "$(built_plugins | grep window)" $((rounds * 3)) >"$results/window-memory"; fi
  done
  head_of "$rows lines to windows by key and back to JSON" CPU reference
  paste -d ' ' "$results"/window-{tumbling,tumbling-reference,sliding} |
    awk '{ print $2, $6, $2 / $6, $10, $10 / $2, $3 / 1024 }' >"$results/window"
  line "tumbling, 10 s" "$(printf %.2f "$(median "$results/window" 1)")" s "$(printf %.2f "$(median "$results/window" 2)")" \
    "$(printf %.2f "$(median "$results/window" 3)")" "ratio <= 1.80"
  line "sliding, 60 s every 5 s, beside tumbling" "$(printf %.2f "$(median "$results/window" 4)")" s \
    "$(printf %.2f "$(median "$results/window" 1)")" "$(printf %.2f "$(median "$results/window" 5)")" "ratio <= 1.15"
  line "peak of the tumbling one" "$(printf %.1f "$(median "$results/window" 6)")" MiB - - "figure <= 64"
  say "window, $more lines"
  streamed "$rows" >"$results/window-once"
  streamed "$more" >"$results/window-tenfold"
  once=$(median "$results/window-once" 1) tenfold=$(median "$results/window-tenfold" 1)
  line "a line of $more, beside one of $rows" "$(printf %.0f "$tenfold")" ns "$(printf %.0f "$once")" \
    "$(awk -v a="$tenfold" -v b="$once" 'BEGIN { printf "%.2f", a / b }')" "ratio <= 1.10"
  once=$(median "$results/window-once" 2) tenfold=$(median "$results/window-tenfold" 2)
  line "peak of $more lines, beside $rows" "$(awk -v kib="$tenfold" 'BEGIN { printf "%.1f", kib / 1024 }')" MiB \
    "$(awk -v kib="$once" 'BEGIN { printf "%.1f", kib / 1024 }')" \
    "$(awk -v a="$tenfold" -v b="$once" 'BEGIN { printf "%.2f", a / b }')" "ratio <= 1.10"
  head_of "windows of frames in memory: CPU time of an event" figure loop
  while IFS=: read -r name label gate; do
    local figure loop ratio
    read -r _ figure loop ratio < <(grep "^$name " "$results/window-memory")
    line "$label" "$figure" ns "$loop" "$ratio" "$gate"
  done <<'CASES'
tumbling-100:tumbling, 100 keys:ratio <= 1.60
tumbling-100000:tumbling, 100000 keys:ratio <= 1.60
sliding-100:60 s every 0.6 s beside 60 s, without results:ratio <= 1.15
CASES
  result() { awk -v name="result-$1" '$1 == name { print $2 }' "$results/window-memory"; }
  line "a result of 100 panes, beside one of a pane" "$(result 100)" ns "$(result 1)" \
    "$(awk -v a="$(result 100)" -v b="$(result 1)" 'BEGIN { printf "%.2f", a / b }')" ""
  head_of "memory of a key, in bytes" "1st window" "each more"
  for name in 1000 10000 100000 1000000; do
    read -r _ once tenfold < <(grep "^memory-$name " "$results/window-memory")
    line "$name keys" "$once" B "$tenfold" - ""
  done
}
