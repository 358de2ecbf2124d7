# Compiles what is measured, and what it is measured against; read by scripts/bench.
fast=(-O3 -march=native -std=c++17)
c_host=(-O2 -std=c11 -Iinclude -ISources/CHost/include)

compile_rings() {
  local modules=(-I "$release/Modules" -I include -Xcc "-fmodule-map-file=$release/CHost.build/module.modulemap")
  swiftc -O -wmo -parse-as-library -module-name Benchmark -module-cache-path "$work/modules" "${modules[@]}" \
    -c Benchmarks/rings/Rings.swift -o "$work/Rings.o"
  clang++ -O2 -std=c++17 -D_GNU_SOURCE -c Benchmarks/rings/rings.cpp -o "$work/rings.o"
  local objects
  mapfile -t objects < <(find "$release"/{Rings,CHost,CTidemill}.build/ -name '*.o')
  swiftc -o "$work/rings" "$work/Rings.o" "$work/rings.o" "${objects[@]}" -lstdc++
}

compile_json() {
  local objects
  mapfile -t objects < <(find "$release/CRecords.build/" -name '*.o')
  clang++ "${fast[@]}" -shared -fPIC -o "$work/yardstick.so" Benchmarks/json/yardstick.cpp -lsimdjson
  clang++ -O2 -std=c++17 -ISources/CRecords/include -Iinclude -o "$work/json" Benchmarks/json/json.cpp "${objects[@]}" \
    "$work/yardstick.so" -lsimdjson "-Wl,-rpath,$work"
}

compile_expressions() {
  local modules=(-I "$release/Modules" -I include) module objects
  for module in CHost CRegex CExpressions CKernels; do
    modules+=(-Xcc "-fmodule-map-file=$release/$module.build/module.modulemap")
  done
  mapfile -t objects < <(find "$release"/{Kernels,CKernels,Expressions,CExpressions,CRegex,Frames,CHost,CTidemill}.build/ -name '*.o')
  swiftc -O -wmo -parse-as-library -module-name Benchmark -module-cache-path "$work/modules" "${modules[@]}" \
    Benchmarks/expressions/Expressions.swift -o "$work/expressions" "${objects[@]}" -lstdc++ -lre2 -labsl_time -labsl_time_zone
}

cc -O2 -std=c11 -o "$work/measure" Benchmarks/measure.c
for part in rings json expressions; do if wants $part; then compile_$part; fi; done
if wants latency; then
  clang "${c_host[@]}" -shared -fPIC -o "$work/plugins/latency.so" Benchmarks/latency/latency.c
  clang -O2 -std=c11 -pthread -o "$work/wakeups" Benchmarks/latency/reference.c
  clang -O2 -std=c11 -pthread -o "$work/pauses" Benchmarks/latency/pauses.c
fi
if wants frames; then
  clang "${c_host[@]}" -o "$work/frames" Benchmarks/frames/frames.c Sources/CHost/{validate*,envelope,utf8*,vector,crc32c,schema}.c
fi
if wants calls || wants kit || wants function; then
  clang "${c_host[@]}" -shared -fPIC -o "$work/plugins/calls.so" Benchmarks/calls/calls.c
fi
if wants kit; then clang "${c_host[@]}" -shared -fPIC -o "$work/plugins/kit-c.so" Benchmarks/kit/kit.c; fi
if wants kit || wants function; then
  cp Benchmarks/kit/Kit.swift "$work/kit-swift.swift"
  "$tidemill" plugin build "$work/kit-swift.swift" >/dev/null
  mv "$work/kit-swift.so" "$work/plugins/"
fi
if wants calls; then
  clang "${c_host[@]}" -D_DEFAULT_SOURCE -o "$work/indirect" Benchmarks/calls/indirect.c -ldl
fi
if wants function; then
  clang "${c_host[@]}" -shared -fPIC -o "$work/plugins/points.so" Benchmarks/function/points.c
  clang "${c_host[@]}" -D_DEFAULT_SOURCE -o "$work/direct" Benchmarks/function/direct.c -ldl
fi
if wants filter; then
  clang++ "${fast[@]}" -o "$work/reference" Benchmarks/filter/reference.cpp -lsimdjson
  mkdir -p "$work/w3" && cp Benchmarks/filter/expression.yaml "$work/w3/" && ln -sf "$input" "$work/w3/ev.jsonl"
fi
if wants window; then
  clang++ "${fast[@]}" -o "$work/windows" Benchmarks/window/reference.cpp -lsimdjson
  clang -O2 -std=c11 -Iinclude -D_DEFAULT_SOURCE -o "$work/window" Benchmarks/window/window.c -ldl -lm
fi
if wants scaling; then clang "${c_host[@]}" -shared -fPIC -o "$work/plugins/keyed.so" Benchmarks/scaling/keyed.c; fi
if wants start; then
  for number in {1..24}; do
    clang "${c_host[@]}" -DNAME="present$number" -shared -fPIC -o "$work/plugins/present$number.so" Benchmarks/start/plugin.c
  done
fi
