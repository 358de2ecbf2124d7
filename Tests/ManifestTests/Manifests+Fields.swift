extension Manifests {
  /// Fields that a source maps and its readers name.
  static let fields: [Manifest] = [
    Manifest(
      "fields of a source",
      #"""
      sources:
        a: { use: stdin, with: { fields: { value: duoble, name: strin, at: { type: time }, b: { typ: int }, c: { type: int, x: 1 }, d: [int] } } }
        b: { use: stdin, with: { fields: [value] } }
        c: { use: stdin, with: { fields: { ts: int, dev: double, n: variant }, time: ts, source: dev, type: n, id: dev } }
        d: { use: stdin, with: { format: text, fields: { value: double }, time: ts } }
        e: { use: stdin, with: { time_unit: s, time_missing: dead, max_ahead: 1h } }
        f: { use: stdin, with: { key: "", fields: { "": int } } }
        g: { use: stdin, with: { format: yaml, time: [ts], time_unit: m } }
      sinks: { o: { use: drop, from: [a, b, c, d, e, f, g] } }
      """#,
      says: #"""
        2:45: 'fields.value' cannot be 'duoble'; did you mean 'double'?
        2:59: 'fields.name' cannot be 'strin'; did you mean 'string'?
        2:89: 'fields.b' takes a text, not a map; for example b: bool
        2:106: 'fields.c' takes a text, not a map; for example c: bool
        2:130: 'fields.d' takes a text, not a list; for example d: bool
        3:36: 'fields' takes a map, not a list; for example fields: { name: bool }
        4:80: 'ts' is declared as int, and time must be time; write fields: { ts: time }
        4:92: 'dev' cannot be both id and source; give each a field of its own
        4:103: 'n' is declared as variant, and type must be string; write fields: { n: string }
        4:110: 'dev' is declared as double, and id must be string or int; write fields: { dev: string }
        5:59: a text record has one field, message, a string; remove 'fields', or write format: json
        5:75: a text record has one field, message, and no 'ts'
        6:39: 'time_unit' says nothing without 'time', the field of the event time; add time: ts, or remove it
        6:56: 'time_missing' says nothing without 'time', the field of the event time; add time: ts, or remove it
        6:73: 'max_ahead' says nothing without 'time', the field of the event time; add time: ts, or remove it
        7:33: 'key' names a field with an empty name; write a name, or remove it
        7:51: 'fields' names a field with an empty name; write a name, or remove it
        8:36: 'format' cannot be 'yaml'; one of: json, csv, text, frame
        8:48: 'time' takes the name of a field, not a list; for example time: name
        8:65: 'time_unit' cannot be 'm'; one of: s, ms, us, ns
        """#),
    Manifest(
      "options that a format has",
      #"""
      sources:
        a: { use: stdin, with: { delimiter: ";", columns: [x] } }
        b: { use: stdin, with: { format: csv, delimiter: ab, columns: [x, y, x] } }
        c: { use: stdin, with: { format: csv, delimiter: '"', columns: [], fields: { v: int } } }
        d: { use: stdin, with: { format: csv, columns: [value, site], fields: { valeu: int }, key: z, time: site } }
        e: { use: stdin, with: { format: frame, time: ts, fields: { v: int }, max_ahead: 1h, columns: [a] } }
      sinks:
        o: { use: stdout, from: [a, b], with: { compression: lz4, delimiter: tab } }
        p: { use: stdout, from: d, with: { format: csv, columns: [value, sit], delimiter: x } }
        q: { use: stdout, from: [c, e], with: { format: frame, time_format: ms, compression: gzip } }
      """#,
      says: #"""
        2:39: 'delimiter' says nothing with format: json; write format: csv, or remove it
        2:53: 'columns' says nothing with format: json; write format: csv, or remove it
        3:52: 'delimiter' cannot be 'ab'; one character that is no letter, digit, quote or line end, such as ";", or tab
        3:72: the column 'x' comes twice; give each column a name of its own
        4:52: 'delimiter' cannot be '"'; one character that is no letter, digit, quote or line end, such as ";", or tab
        4:66: 'columns' has 0 elements; it must be at least 1
        5:82: 'valeu' is none of the columns; did you mean 'value'?
        5:94: 'z' is none of the columns; there are: value, site
        6:49: 'time' says nothing with format: frame; remove it: frames have columns, types and times of their own
        6:61: 'fields' says nothing with format: frame; remove it: frames have columns, types and times of their own
        6:84: 'max_ahead' says nothing with format: frame; remove it: frames have columns, types and times of their own
        6:97: 'columns' says nothing with format: frame; write format: csv, or remove it
        8:56: 'compression' says nothing with format: json; write format: frame, or remove it
        8:72: 'delimiter' says nothing with format: json; write format: csv, or remove it
        9:61: no field 'value' comes in here; did you mean 'valeu'?
        9:68: no field 'sit' comes in here; did you mean 'site'?
        9:85: 'delimiter' cannot be 'x'; one character that is no letter, digit, quote or line end, such as ";", or tab
        10:71: 'time_format' says nothing with format: frame; remove it: frames have columns, types and times of their own
        10:88: 'compression' cannot be 'gzip'; one of: none, lz4, zstd
        """#),
    Manifest(
      "fields that are expressions",
      #"""
      sources:
        s: { use: stdin, with: { fields: { value: double, "a + b": string } } }
        t: { use: stdin }
      operators:
        a: { use: count, from: s, with: { by: value + 1.0 } }
        b: { use: above, from: s, with: { field: "double(value)" } }
        c: { use: count, from: s, with: { by: "a + b" } }
        d: { use: count, from: t, with: { by: [event.time, "site.lowerAscii()", a-b, total/sum, "Speed (km/h)", Temp(C), cpu usage, Date / Time, Open - Close, Cost + Tax, "duration (s)", "top 10"] } }
      sinks: { o: { use: drop, from: [a, b, c, d] } }
      """#,
      says: #"""
        5:41: no field 'value + 1.0' comes in here; 'by' takes the name of a field: make one of the expression first, by an operator that sets fields
        6:44: no field 'double(value)' comes in here; 'field' takes the name of a field: make one of the expression first, by an operator that sets fields
        8:42: warning: 'event.time' is taken for the name of a field, not for a member of 'event'; make a field of it by an expression, in an operator, or declare one of that name at the source: fields: { "event.time": string }
        8:54: warning: the field 'site.lowerAscii()' reads like an expression; 'by' takes the name of a field: make one of the expression first, by an operator that sets fields, or declare a field of that name at the source: fields: { "site.lowerAscii()": string }
        """#),
    Manifest(
      "fields that do not come in",
      #"""
      sources:
        s: { use: stdin, with: { fields: { value: double, quality: string, count: int }, time: ts } }
      operators:
        a: { use: above, from: s, with: { field: valeu } }
        b: { use: above, from: s, with: { field: quality } }
        c: { use: above, from: s, with: { field: count } }
        d: { use: equals, from: s, with: { field: ts, text: a } }
        e: { use: count, from: s, with: { by: [quality, zzzzzzz, ts] } }
        f: { use: above, from: e, with: { field: totl } }
        g: { use: above, from: e, with: { field: total } }
        h: { use: window, from: s, with: { of: { a: value, b: qualty } } }
        i: { use: sized, from: s }
        j: { use: whole, from: s, with: { field: value } }
      sinks:
        o: { use: drop, from: [a, b, c, d, f, g, h, i, j] }
        p: { use: page, from: s }
        q: { use: page, from: "*.dead" }
        t: { use: stdout, from: e, with: { format: text } }
        u: { use: archive, from: s }
      """#,
      says: #"""
        4:44: no field 'valeu' comes in here; did you mean 'value'?
        5:44: the field 'quality' is string, and above reads it as double; name another field, or change its type where it is made
        7:45: the field 'ts' is time, and equals reads it as string; name another field, or change its type where it is made
        8:51: no field 'zzzzzzz' comes in here; there are: value, quality, count, ts
        9:44: no field 'totl' comes in here; did you mean 'total'?
        11:57: no field 'qualty' comes in here; did you mean 'quality'?
        12:13: sized needs the field 'size', and nothing above has it; there are: value, quality, count, ts
        13:44: the field 'value' is double, and whole reads it as int; name another field, or change its type where it is made
        16:13: page needs the field 'severity', and nothing above has it; there are: value, quality, count, ts
        17:13: page needs the field 'severity', and nothing above has it; there are: time, node, code, reason, origin, offset, attempt, record, bytes
        18:46: no field 'message' comes in here; there are: group, total
        """#),
    Manifest(
      "fields of generated rows",
      #"""
      sources: { g: { use: generate } }
      operators:
        a: { use: stamp, from: g }
        b: { use: above, from: a, with: { field: stampd } }
        c: { use: above, from: a, with: { field: stamped } }
        d: { use: above, from: a, with: { field: sequence } }
        e: { use: opaque, from: a }
        f: { use: above, from: e, with: { field: anything } }
      sinks: { o: { use: drop, from: [b, c, d, f] } }
      """#,
      says: #"""
        4:44: no field 'stampd' comes in here; did you mean 'stamped'?
        5:44: the field 'stamped' is time, and above reads it as double; name another field, or change its type where it is made
        """#),
    Manifest(
      "one field in two parts",
      #"""
      sources: { s: { use: stdin, with: { key: device, source: device } } }
      sinks: { o: { use: drop, from: s } }
      """#,
      says: #"""
        1:42: 'device' cannot be both source and key; give each a field of its own
        """#),
    Manifest(
      "names that read like members and calls",
      #"""
      sources:
        s: { use: stdin, with: { key: device.id, type: kind } }
        f: { use: stdin, with: { fields: { a.b: string }, key: a.b } }
      operators:
        a: { use: count, from: s, with: { by: [order.shop.city, kind, upper(kind), k.trim(), "a b", ".a", "(x)", "a.1"] } }
        b: { use: count, from: f, with: { by: [a.b] } }
      sinks:
        o: { use: drop, from: [a, b] }
        d: { use: drop, from: "*.dead" }
      """#,
      says: #"""
        2:33: warning: 'device.id' is taken for the name of a field, not for a member of 'device'; make a field of it by an expression, in an operator, or declare one of that name at the source: fields: { "device.id": string }
        5:42: warning: 'order.shop.city' is taken for the name of a field, not for a member of 'order.shop'; make a field of it by an expression, in an operator, or declare one of that name at the source: fields: { "order.shop.city": string }
        5:65: warning: 'upper(kind)' is taken for the name of a field, not for an expression; make a field of it by an expression, in an operator, or declare one of that name at the source: fields: { "upper(kind)": string }
        5:78: warning: the field 'k.trim()' reads like an expression; 'by' takes the name of a field: make one of the expression first, by an operator that sets fields, or declare a field of that name at the source: fields: { "k.trim()": string }
        """#, hasPlan: true),
    Manifest(
      "names with dots in csv, which has no members",
      #"""
      sources: { c: { use: stdin, with: { format: csv, key: a.b } } }
      operators: { a: { use: count, from: c, with: { by: [a.b, c.d] } } }
      sinks: { o: { use: drop, from: a }, d: { use: drop, from: "*.dead" } }
      """#, hasPlan: true),
  ]
}
