# The part `latency` of scripts/bench, which reads this file and has the functions and variables that it uses.
# shellcheck shell=bash disable=SC2154

# latency PIPELINE COUNT RATE WARM_UP [EVERY]: the sink's line. The source sends what is due every EVERY microseconds; without, it
# never sleeps and sends each event on time.
latency() {
  BENCH_COUNT=$2 BENCH_RATE=$3 BENCH_WARM_UP=$4 BENCH_EVERY=${5:-0} BENCH_REPORT=$results/late \
    run --plugins "$work/plugins" "Benchmarks/latency/$1.yaml" >>"$results/latency-runs"
  cat "$results/late"
}

# most_latency PIPELINE: how many events a second are taken of 400 million, at the end of a file.
most_latency() { latency "$1" 400000000 0 10000000 | awk '{ print $2 * 1e-6 }' >>"$results/latency-most-$1"; }

# half_latency PIPELINE EVERY...: for four seconds half as many a second as were taken last: p99.9 in ms, for each way in which the
# source sends them, at the end of a file.
half_latency() {
  local pipeline=$1 every rate
  shift
  rate=$(tail -n 1 "$results/latency-most-$pipeline" | awk '{ printf "%d", $1 * 5e5 }')
  for every; do
    latency "$pipeline" $((rate * 4)) "$rate" $((rate / 10)) "$every" | awk '{ printf "%s ", $5 * 1e-3 }'
  done >>"$results/latency-half-$pipeline"
  echo >>"$results/latency-half-$pipeline"
}

# column FILE COLUMN DECIMALS: the median of a column, rounded.
column() { printf "%.$3f" "$(median "$results/$1" "$2")"; }

measure_latency() {
  local rate=10000 events=30000 warm_up=2000 round
  for ((round = 1; round <= rounds; round++)); do
    say "latency, round $round of $rounds"
    "$work/wakeups" $events $rate $warm_up >>"$results/latency-ring"
    latency hop $events $rate $warm_up >>"$results/latency-hop"
    latency direct $events $rate $warm_up >>"$results/latency-direct"
    most_latency hop
    half_latency hop 250 0
    most_latency direct
    half_latency direct 0
    "$work/pauses" 4 | awk '{ print $5 * 1e-3 }' >>"$results/latency-pauses"
  done
  paste -d ' ' "$results"/latency-{hop,ring} | awk '{ print $3 / $9, $4 / $10, $5 / $11 }' >"$results/latency-ratios"
  head_of "from due to received, an event through a map: wall time" figure "C ring"
  line "$rate/s to another thread, p50" "$(column latency-hop 3 1)" us "$(column latency-ring 3 1)" \
    "$(column latency-ratios 1 2)" "ratio <= 2.00"
  line "$rate/s to another thread, p99" "$(column latency-hop 4 1)" us "$(column latency-ring 4 1)" \
    "$(column latency-ratios 2 2)" "ratio <= 3.00"
  line "$rate/s to another thread, p99.9" "$(column latency-hop 5 1)" us "$(column latency-ring 5 1)" \
    "$(column latency-ratios 3 2)" ""
  line "$rate/s within a thread, p50" "$(column latency-direct 3 2)" us - - "figure <= 5"
  line "$rate/s within a thread, p99" "$(column latency-direct 4 1)" us - - ""
  line "to another thread, most events a second" "$(column latency-most-hop 1 1)" M/s - - ""
  line "to another thread, at half of that, p99.9" "$(column latency-half-hop 1 2)" ms - - "figure < 5"
  line "  where the source keeps a CPU busy" "$(column latency-half-hop 2 2)" ms - - ""
  line "two threads that only read the clock, p99.9" "$(column latency-pauses 1 2)" ms - - ""
  line "within a thread, most events a second" "$(column latency-most-direct 1 1)" M/s - - ""
  line "within a thread, at half of that, p99.9" "$(column latency-half-direct 1 2)" ms - - "figure < 5"
}
