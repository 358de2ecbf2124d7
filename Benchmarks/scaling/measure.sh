# The part `scaling` of scripts/bench, which reads this file and has the functions and variables that it uses.
# shellcheck shell=bash disable=SC2154

# scaled NAME DECODERS LANES: the job of Benchmarks/window, with so many threads that decode and so many that keep windows.
scaled() {
  rm -f "$work/scaled-$1.jsonl"
  BENCH_DECODERS=$2 BENCH_LANES=$3 BENCH_INPUT=$input BENCH_OUTPUT=$work/scaled-$1.jsonl \
    run Benchmarks/scaling/tumbling.yaml >>"$results/scaled-$1"
  # Lanes write what they have when they have it: the lines are the same, their order is not.
  sort -o "$work/scaled-$1.jsonl" "$work/scaled-$1.jsonl"
  cmp "$work/scaled-1.jsonl" "$work/scaled-$1.jsonl" || fail "two lanes give other windows than one"
}

# by_key NAME KEYS PERCENT LANES: readings in memory; what came of them is one line in keyed-NAME-LANES.
by_key() {
  local rows_in_memory=$((2 * rows))
  BENCH_ROWS=$rows_in_memory BENCH_KEYS=$2 BENCH_PERCENT=$3 BENCH_LANES=$4 BENCH_REPORT=$results/keyed-$1-$4 \
    run --plugins "$work/plugins" Benchmarks/scaling/keyed.yaml |
    awk -v rows=$rows_in_memory '{ print rows / $1 * 1e-6, $2, $3 / 1024 }' >>"$results/speed-$1-$4"
}

# beside NAME NAME COLUMN FORMAT: the medians of a column of the one and of the other, and that of the ratios of each round.
beside() {
  paste -d ' ' "$results/$1" "$results/$2" |
    awk -v c="$3" '{ print $c, $(NF / 2 + c), $c / $(NF / 2 + c) }' >"$results/beside"
  printf "$4 $4 %.2f\n" "$(median "$results/beside" 1)" "$(median "$results/beside" 2)" "$(median "$results/beside" 3)"
}

measure_scaling() {
  local round lanes name label two one ratio
  for ((round = 1; round <= rounds; round++)); do
    say "scaling, round $round of $rounds"
    scaled 1 1 1
    scaled 2 2 1
    scaled both 2 2
    for lanes in 1 2; do
      by_key even 1000 0 $lanes
      by_key skewed 1000 50 $lanes
      by_key many 1000000 0 $lanes
    done
    for name in even skewed many; do
      cmp "$results/keyed-$name-1" "$results/keyed-$name-2" || fail "two lanes give other sums than one, with keys: $name"
    done
    rm -f "$work"/scaled-{1,2,both}.jsonl
  done
  head_of "$rows lines to windows by key and back to JSON, two lanes beside one" "2 lanes" "1 lane"
  read -r two one ratio < <(beside scaled-2 scaled-1 1 %.2f)
  line "two decode: wall time" "$two" s "$one" "$ratio" "ratio <= 0.65"
  read -r two one ratio < <(beside scaled-2 scaled-1 2 %.2f)
  line "two decode: CPU time" "$two" s "$one" "$ratio" ""
  read -r two one ratio < <(beside scaled-both scaled-1 1 %.2f)
  line "and two keep windows: wall time" "$two" s "$one" "$ratio" ""
  read -r two one ratio < <(beside scaled-both scaled-1 2 %.2f)
  line "and two keep windows: CPU time" "$two" s "$one" "$ratio" ""
  read -r two one ratio < <(beside scaled-2 scaled-1 3 %.0f)
  line "two decode: peak" "$(awk -v kib="$two" 'BEGIN { printf "%.1f", kib / 1024 }')" MiB \
    "$(awk -v kib="$one" 'BEGIN { printf "%.1f", kib / 1024 }')" "$ratio" ""
  head_of "$((2 * rows)) rows in memory to windows by key, two lanes beside one" "2 lanes" "1 lane"
  while IFS=: read -r name label; do
    read -r two one ratio < <(beside "speed-$name-2" "speed-$name-1" 1 %.2f)
    line "$label: rows" "$two" M/s "$one" "$ratio" ""
    read -r two one ratio < <(beside "speed-$name-2" "speed-$name-1" 3 %.1f)
    line "$label: peak" "$two" MiB "$one" "$ratio" ""
  done <<'CASES'
even:1000 keys
skewed:1000 keys, one with half
many:1000000 keys
CASES
}
