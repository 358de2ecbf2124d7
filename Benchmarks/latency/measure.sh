# The part `latency` of scripts/bench, which reads this file and has the functions and variables that it uses.
# shellcheck shell=bash disable=SC2154

# latency PIPELINE COUNT RATE WARM_UP [EVERY]: the sink's line. The source sends what is due every EVERY microseconds; without, it
# never sleeps and sends each event on time.
latency() {
  BENCH_COUNT=$2 BENCH_RATE=$3 BENCH_WARM_UP=$4 BENCH_EVERY=${5:-0} BENCH_REPORT=$results/late \
    run --plugins "$work/plugins" "Benchmarks/latency/$1.yaml" >>"$results/latency-runs"
  cat "$results/late"
}

# latency_at_half PIPELINE EVERY...: as many as are taken, and then half as many a second for four seconds: the rate, and p99.9 in
# ms for each way in which the source sends them.
latency_at_half() {
  local pipeline=$1 most every
  shift
  most=$(latency "$pipeline" 20000000 0 1000000 | cut -d ' ' -f 2)
  echo -n "$most"
  for every; do
    latency "$pipeline" $((most * 2)) $((most / 2)) $((most / 20)) $every | awk '{ printf " %s", $5 * 1e-3 }'
  done
  echo
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
    "$work/pauses" 4 | awk '{ print $5 * 1e-3 }' >>"$results/latency-pauses"
    latency_at_half hop 250 0 >>"$results/latency-half-hop"
    latency_at_half direct 0 >>"$results/latency-half-direct"
  done
  paste -d ' ' "$results"/latency-{hop,ring} | awk '{ print $3 / $9, $4 / $10, $5 / $11 }' >"$results/latency-ratios"
  awk '{ print $1 * 1e-6, $2, $3 }' "$results/latency-half-hop" >"$results/latency-full-hop"
  awk '{ print $1 * 1e-6, $2 }' "$results/latency-half-direct" >"$results/latency-full-direct"
  head_of "from due to received, an event through a map: wall time" figure "C ring"
  line "$rate/s to another thread, p50" "$(column latency-hop 3 1)" us "$(column latency-ring 3 1)" \
    "$(column latency-ratios 1 2)" "ratio <= 2.00"
  line "$rate/s to another thread, p99" "$(column latency-hop 4 1)" us "$(column latency-ring 4 1)" \
    "$(column latency-ratios 2 2)" "ratio <= 3.00"
  line "$rate/s to another thread, p99.9" "$(column latency-hop 5 1)" us "$(column latency-ring 5 1)" \
    "$(column latency-ratios 3 2)" ""
  line "$rate/s within a thread, p50" "$(column latency-direct 3 2)" us - - "figure <= 5"
  line "$rate/s within a thread, p99" "$(column latency-direct 4 1)" us - - ""
  line "to another thread, most events a second" "$(column latency-full-hop 1 1)" M/s - - ""
  line "to another thread, at half of that, p99.9" "$(column latency-full-hop 2 2)" ms - - "figure < 5"
  line "  where the source keeps a CPU busy" "$(column latency-full-hop 3 2)" ms - - ""
  line "two threads that only read the clock, p99.9" "$(column latency-pauses 1 2)" ms - - ""
  line "within a thread, most events a second" "$(column latency-full-direct 1 1)" M/s - - ""
  line "within a thread, at half of that, p99.9" "$(column latency-full-direct 2 2)" ms - - "figure < 5"
}
