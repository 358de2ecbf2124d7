extension Manifests {
  /// Components and what stands under `with`.
  static let options: [Manifest] = [
    Manifest(
      "components that are not there",
      #"""
      sources:
        a: { use: fiel }
        b: { use: kafka }
        c: { use: stdout }
        d: { use: file/file }
        e: { use: nothing/like/it }
      operators:
        p: { use: twin, from: a }
        q: { use: kitchen/twin, from: a }
        r: { use: file, from: a }
        t: { use: zzzzzzzz, from: a }
      sinks: { o: { use: core/drop, from: [b, c, d, e, p, q, r, t] } }
      """#,
      says: #"""
        2:13: no plugin has a source 'fiel'; did you mean 'file'?
        3:13: 'kafka' cannot be used: the plugin has changed since it was accepted; accept it with: tidemill plugin enable kafka
        4:13: 'stdout' is a sink, not a source; move the node to sinks, or use another component
        5:13: file needs 'path'; write path: data/path
        6:13: no plugin has a source 'nothing/like/it'; there are: file, generate, stdin, ticker
        8:13: an operator 'twin' is in 2 plugins; write kitchen/twin or other/twin
        10:13: 'file' is a source and a sink, not an operator; move the node to sources, or use another component
        11:13: no plugin has an operator 'zzzzzzzz'; there are: above, count, dated, equals, filter, hold, join, kitchen, misprint, opaque, pass, route, ...
        """#),
    Manifest(
      "options that are not there",
      #"""
      sources:
        a: { use: file, with: { pth: a.jsonl } }
        b: { use: file }
        c: { use: stdin, with: { formt: json } }
        d: { use: generate, with: { zzzzzzzzz: 1 } }
      operators: { p: { use: pass, from: a, with: { a: 1 } } }
      sinks: { o: { use: drop, from: [b, c, d, p] } }
      """#,
      says: #"""
        2:27: 'pth' is not an option of file; did you mean 'path'?
        3:13: file needs 'path'; write path: data/path
        4:28: 'formt' is not an option of stdin; did you mean 'format'?
        5:31: 'zzzzzzzzz' is not an option of generate; its options are: count, rate, pattern, interval
        6:47: 'a' is not an option of pass; it has none
        """#),
    Manifest(
      "options of a wrong type",
      #"""
      sources: { s: { use: stdin } }
      operators:
        k:
          use: kitchen
          from: s
          with:
            text: 5
            whole: many
            real: "5"
            flag: yes
            words: word
            weights: [1]
            rules: { name: a }
            token: 12345
            room: 10 MBit
            after: 5
            level: high
            when: [a]
            free: 1
      sinks: { o: { use: drop, from: k } }
      """#,
      says: #"""
        7:13: 'text' takes a text, not the number 5; put it in quotes: "5"
        8:14: 'whole' takes a whole number, not 'many'; for example whole: 1
        9:13: 'real' takes a number, not '5'; for example real: 1.0
        10:13: 'flag' takes true or false, not 'yes'; write true
        11:14: 'words' takes a list, not 'word'; write [word]
        12:16: 'weights' takes a map, not a list; for example weights: { name: 1 }
        13:14: 'rules' takes a list, not a map; for example rules: [{ name: "text", after: 5s }]
        14:14: 'token' takes a text, not a number; put it in quotes
        15:13: 'room' takes a size, not '10 MBit'; write a number and B, KiB, MiB, GiB, kB, MB or GB: 64KiB
        16:14: 'after' takes a duration, not the number 5; add a unit: 5ms or 5s
        17:14: 'level' takes a whole number, not 'high'; for example level: 1
        18:13: 'when' takes an expression, not a list; for example when: "value > 10"
        19:13: 'free' takes a map, not the number 1; for example free: { name: value }
        """#),
    Manifest(
      "options out of bounds",
      #"""
      sources: { s: { use: generate, with: { count: -1, rate: 0.1, pattern: stedy, interval: 1us } } }
      operators:
        a: { use: kitchen, from: s, with: { whole: 0, words: [], weights: { a: -1 }, room: 2MiB, after: 1ns, level: 3 } }
        b: { use: kitchen, from: s, with: { whole: 11, words: [a, b, c, d], real: .nan, after: 1.5, room: 1.5 } }
        c: { use: kitchen, from: s, with: { whole: 1.0, real: 1e400, text: ~, flag: , words: [1, true] } }
        d: { use: generate, from: s }
      sinks: { o: { use: drop, from: [a, b, c, d] } }
      """#,
      says: #"""
        1:47: 'count' is -1; it must be at least 0
        1:57: 'rate' is 0.1; it must be at least 0.5
        1:71: 'pattern' cannot be 'stedy'; did you mean 'steady'?
        1:88: 'interval' is 1us; it must be at least 1ms
        3:46: 'whole' is 0; it must be at least 1
        3:56: 'words' has 0 elements; it must be at least 1
        3:74: 'weights.a' is -1; it must be at least 0
        3:86: 'room' is 2MiB; it must be at most 1MiB
        3:99: 'after' is 1ns; it must be at least 1ms
        3:111: 'level' cannot be the number 3; one of: 1, 2, 5
        4:46: 'whole' is 11; it must be at most 10
        4:57: 'words' has 4 elements; it must be at most 3
        4:77: 'real' takes a number, not the number .nan; for example real: 1.0
        4:90: 'after' takes a duration, not the number 1.5; write a number and ns, us, ms, s, m, h or d: 1500ms, 2s, 1h30m
        4:101: 'room' takes a size, not the number 1.5; write a number and B, KiB, MiB, GiB, kB, MB or GB: 64KiB
        5:46: 'whole' takes a whole number, not the number 1.0; for example whole: 1
        5:57: 'real' takes a number, not the number 1e400; for example real: 1.0
        5:64: 'text' has no value; write text: "text", or remove it
        5:73: 'flag' has no value; write flag: true, or remove it
        5:89: 'words[0]' takes a text, not the number 1; put it in quotes: "1"
        5:92: 'words[1]' takes a text, not true; put it in quotes: "true"
        6:13: 'generate' is a source, not an operator; move the node to sources, or use another component
        """#),
    Manifest(
      "whole numbers beyond 64 bits",
      #"""
      sources:
        a: { use: generate, with: { count: 99999999999999999999 } }
        b: { use: generate, with: { count: -9223372036854775809 } }
        c: { use: generate, with: { count: 0x10000000000000000 } }
        d: { use: generate, with: { count: 9223372036854775808.0 } }
        e: { use: generate, with: { count: 9223372036854775807 } }
      sinks: { o: { use: drop, from: [a, b, c, d, e] } }
      """#,
      says: #"""
        2:38: 'count' is too large for a 64-bit integer: the number 99999999999999999999; write a number from -9223372036854775808 to 9223372036854775807
        3:38: 'count' is too large for a 64-bit integer: the number -9223372036854775809; write a number from -9223372036854775808 to 9223372036854775807
        4:38: 'count' is too large for a 64-bit integer: '0x10000000000000000'; write a number from -9223372036854775808 to 9223372036854775807
        5:38: 'count' takes a whole number, not the number 9223372036854775808.0; for example count: 1
        """#),
    Manifest(
      "entries of lists and maps",
      #"""
      sources: { s: { use: stdin } }
      operators:
        k:
          use: kitchen
          from: s
          with:
            rules:
              - { name: a, after: 1s }
              - { nmae: b }
              - { name: c, after: soon, extra: 1 }
              - d
              -
            weights: { a: 1, b: x }
      sinks: { o: { use: drop, from: k } }
      """#,
      says: #"""
        9:13: 'nmae' is not an option of 'rules[1]'; did you mean 'name'?
        10:29: 'rules[2].after' takes a duration, not 'soon'; write a number and ns, us, ms, s, m, h or d: 1500ms, 2s, 1h30m
        10:35: 'extra' is not an option of 'rules[2]'; its options are: name, after
        11:11: 'rules[3]' takes a map, not 'd'; for example { name: "text", after: 5s }
        12:10: 'rules[4]' takes a map, not nothing; for example { name: "text", after: 5s }
        13:27: 'weights.b' takes a whole number, not 'x'; for example b: 1
        """#),
    Manifest(
      "a default that does not fit",
      #"""
      sources: { s: { use: stdin } }
      operators: { m: { use: misprint, from: s } }
      sinks: { o: { use: drop, from: m } }
      """#,
      says: #"""
        2:24: the default of 'size' in the plugin's manifest is wrong: 'size' is 0; it must be at least 1; write size: 1 here, and tell the plugin's author
        """#),
    Manifest(
      "environment values",
      #"""
      name: ${NAME}
      sources:
        a: { use: file, with: { path: "${DIR}/in.jsonl" } }
        b: { use: "${HOME", with: { path: "x ${1A} y" } }
        c: { use: file, with: { path: "${}", follow: "${LEVEL:-info}" } }
        d: { use: file, with: { path: ok, block: ${PORT} } }
        e: { use: file, with: { path: ok, block: "${EMPTY}" } }
        ${HOME}: { use: stdin }
      sinks: { o: { use: drop, from: [a, b, c, d, e] } }
      """#,
      says: #"""
        1:7: the environment variable NAME is not set; set it, or write a default: ${NAME:value}
        3:34: the environment variable DIR is not set; set it, or write a default: ${DIR:value}
        4:14: '${' is not closed; write ${NAME}, ${NAME:default}, or $${ for the text itself
        4:40: '1A' is not the name of an environment variable; write ${NAME}, ${NAME:default}, or $${ for the text itself
        5:34: '' is not the name of an environment variable; write ${NAME}, ${NAME:default}, or $${ for the text itself
        5:49: warning: the default of ${LEVEL} is '-info', with its dash; write ${LEVEL:info}
        6:44: '${' inside [ ] or { } starts a map; put it in quotes: "${NAME}"
        """#),
    Manifest(
      "a secret is not shown",
      #"""
      sources: { s: { use: stdin } }
      operators: { k: { use: kitchen, from: s, with: { token: [12345], text: a }, }, l: { use: kitchen, from: s, with: { token: 12345 } } }
      sinks: { o: { use: drop, from: [k, l] } }
      """#,
      says: #"""
        2:57: 'token' takes a text, not a list; for example token: "${TOKEN}"
        2:123: 'token' takes a text, not a number; put it in quotes
        """#),
  ]
}
