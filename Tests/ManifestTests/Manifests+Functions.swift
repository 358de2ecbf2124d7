extension Manifests {
  /// Nodes that call a function of a library.
  static let functions: [Manifest] = [
    Manifest(
      "a function as a node",
      #"""
      sources: { s: { use: stdin, with: { fields: { x: double, y: int, t: time, name: string } } } }
      operators:
        r: { function: { library: libm.so.6, symbol: hypot, signature: "f64(f64,f64)", in: [x, y], out: r }, from: s }
        q: { function: { library: libm.so.6, symbol: f, signature: "i64(i64; f64, str, u64)", in: t, args: [1, "a", 18446744073709551615], out: q, nulls: reject }, from: r }
        n: { function: { library: libm.so.6, symbol: g, signature: "f64()", out: n }, from: q }
      sinks: { o: { use: stdout, from: n } }
      """#,
      says: #"""
        6:1: note: nothing reads the rows that nodes reject: they are counted and logged; to keep them, add a sink with from: "*.dead"
        """#, hasPlan: true),
    Manifest(
      "a function that lacks everything, and one that is none",
      #"""
      sources: { s: { use: stdin } }
      operators: { a: { from: s, function: {} }, b: { from: s, function: hypot }, c: { from: s, function: { libary: x, Symbol: y, signature: "f64(f64)", in: x } } }
      sinks: { o: { use: stdout, from: [a, b, c] } }
      """#,
      says: #"""
        2:38: a function needs 'library'; add library: libm.so.6
        2:38: a function needs 'symbol'; add symbol: hypot
        2:38: a function needs 'signature'; add signature: "f64(f64,f64)"
        2:38: a function needs 'in'; add in: [x, y]
        2:38: a function needs 'out'; add out: r
        2:68: 'function' takes a map, not 'hypot'; write function: { library: libm.so.6, symbol: hypot, signature: "f64(f64,f64)", in: [x, y], out: r }
        2:101: a function needs 'out'; add out: r
        2:103: 'libary' is not a key of a function; did you mean 'library'?
        2:114: 'Symbol' is not a key of a function; did you mean 'symbol'?
        """#),
    Manifest(
      "a function beside what it cannot stand beside",
      #"""
      sources: { s: { use: stdin, function: { library: libm.so.6 } } }
      operators:
        a: { use: pass, from: s, function: { library: libm.so.6, symbol: f, signature: "f64(f64)", in: x, out: r } }
        b: { from: s, with: { a: 1 }, function: { library: libm.so.6, symbol: f, signature: "f64(f64)", in: x, out: r, nulls: drop } }
        c: { from: s, function: { library: libm.so.6, symbol: f, signature: "f64(f64)", in: x, out: r }, isolation: process }
      sinks: { o: { use: stdout, from: [a, b, c] } }
      """#,
      says: #"""
        1:29: 'function' does not belong to a source; remove it
        3:28: a node has 'use' or 'function', not both; remove one of them
        4:17: 'with' holds options of a component, and a function has none; constants of a function are its 'args': function: { args: [2.5] }
        4:121: 'drop' is no value of 'nulls'; one of: keep, reject
        5:111: 'isolation: process' is not built yet in this version of tidemill; write isolation: thread
        """#),
    Manifest(
      "arguments that are too few, too many, or none",
      #"""
      sources: { s: { use: stdin } }
      operators:
        a: { from: s, function: { library: libm.so.6, symbol: f, signature: "f64(f64,f64)", in: x, out: r } }
        b: { from: s, function: { library: libm.so.6, symbol: f, signature: "f64(f64)", in: [x, y], args: 2, out: "" } }
        c: { from: s, function: { library: libm.so.6, symbol: f, signature: "f64(f64; i32,u64,f32,str,i64)", in: [[x]], args: [2147483648, -1, 1e300, 5, 1.5], out: r } }
        d: { from: s, function: { library: libm.so.6, symbol: "", signature: "f64(; f64)", in: [], out: r } }
      sinks: { o: { use: stdout, from: [a, b, c, d] } }
      """#,
      says: #"""
        3:91: 'in' names 1 field, and the signature takes 2
        4:87: 'in' names 2 fields, and the signature takes 1; name one field for each parameter before the ';'
        4:101: 'args' has 1 value, and the signature takes no constants; write the types of constants behind a ';': "f64(f64; f64)"
        4:109: 'out' takes the name of a field, of 1 to 255 bytes, not ''
        5:109: 'in' takes the name of a field, not a list
        5:122: the number 2147483648 is no value of i32
        5:134: the number -1 is no value of u64
        5:138: the number 1e300 is no value of f32
        5:145: the number 5 is no value of str; put a text in quotes
        5:148: the number 1.5 is no value of i64
        6:57: 'symbol' takes the name of a function, not ''
        6:72: 'args' has no values, and the signature takes 1 constant; add args: [...], one value for each type behind the ';'
        """#),
    Manifest(
      "a function that is not there, not allowed, or given the wrong fields, all at once",
      #"""
      sources: { s: { use: stdin, with: { fields: { x: double, name: string, t: time, ok: bool } } } }
      operators:
        a: { from: s, function: { library: libm.so.6, symbol: hypto, signature: "f64(f64)", in: x, out: r } }
        b: { from: s, function: { library: libn.so, symbol: f, signature: "f64(f64)", in: X, out: r } }
        c: { from: s, function: { library: libm.so.6, symbol: exp, signature: "f64(f64)", in: name, out: r } }
        d: { from: s, function: { library: libm.so.6, symbol: f, signature: "i32(i64,i32,u64,str)", in: [t, t, x, ok], out: r } }
      sinks: { o: { use: stdout, from: [a, b, c, d] } }
      """#,
      says: #"""
        3:57: libm.so.6 has no function 'hypto'; did you mean 'hypot'?
        4:38: there is no library 'libn.so' from '.'; did you mean 'libm.so.6'?
        4:85: no field 'X' comes in here; did you mean 'x'?
        5:57: nobody has allowed 'exp' of /lib/libm.so.6; allow it with: tidemill function allow
        5:89: the field 'name' is string, and exp reads it as double; name another field, or change its type where it is made
        6:103: the field 't' is time, and f reads it as int; name another field, or change its type where it is made
        6:106: the field 'x' is double, and f reads it as int; name another field, or change its type where it is made
        6:109: the field 'ok' is bool, and f reads it as string; name another field, or change its type where it is made
        """#),
    Manifest(
      "what a function gives has its type for those behind it",
      #"""
      sources: { s: { use: stdin, with: { fields: { x: double } } } }
      operators:
        a: { from: s, function: { library: libm.so.6, symbol: f, signature: "str(f64)", in: x, out: r } }
        b: { from: a, use: above, with: { field: r } }
        c: { from: a, function: { library: libm.so.6, symbol: f, signature: "u64(str)", in: r, out: n } }
        d: { from: c, use: above, with: { field: n } }
      sinks: { o: { use: stdout, from: [b, d] } }
      """#,
      says: #"""
        4:44: the field 'r' is string, and above reads it as double; name another field, or change its type where it is made
        """#),
  ]
}
