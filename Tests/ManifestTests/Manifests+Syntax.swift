extension Manifests {
  /// Text that is no YAML, or no YAML that a manifest can be.
  static let syntax: [Manifest] = [
    Manifest(
      "a tab",
      #"""
      sources:
      	s: { use: stdin }
      """#,
      says: #"""
        2:1: a tab cannot indent YAML; use spaces
        """#),
    Manifest(
      "an unclosed quote",
      #"""
      name: "factory
      sources: { s: { use: stdin } }
      """#,
      says: #"""
        1:7: this quote is not closed; close it before the end of the file
        """#),
    Manifest(
      "an unclosed list",
      #"""
      sources: { s: { use: stdin } }
      sinks: { o: { use: drop, from: [s } }
      """#,
      says: #"""
        2:32: this list is not closed; write [a, b]
        """#),
    Manifest(
      "an unclosed map",
      #"""
      sources: { s: { use: stdin }
      sinks: { o: { use: drop, from: s } }
      """#,
      says: #"""
        1:10: this map is not closed; write { a: 1, b: 2 }, with quotes around text that holds { } [ ] or ,
        """#),
    Manifest(
      "a star without quotes",
      #"""
      sources: { s: { use: stdin } }
      sinks: { o: { use: drop, from: *.dead } }
      """#,
      says: #"""
        2:33: '*' starts an alias; put a text that starts with '*' in quotes: "*.dead"
        """#),
    Manifest(
      "an alias to nothing",
      #"""
      sources: { s: { use: stdin } }
      sinks: { o: { use: drop, from: *s } }
      """#,
      says: #"""
        2:32: '*s' stands for nothing: no value before it is marked '&s'; to write a text that starts with '*', put it in quotes: "*s"
        """#),
    Manifest(
      "a colon in a text",
      #"""
      sources: { s: { use: stdin } }
      operators:
        a: { use: filter, from: s, with: { where: x } }
      sinks:
        o:
          use: drop
          from: s: t
      """#,
      says: #"""
        7:12: a ':' cannot stand here; put a text with ': ' in quotes; write a map on lines of its own or in { }
        """#),
    Manifest(
      "bad indentation",
      #"""
      sources:
        s:
          use: stdin
         with: {}
      """#,
      says: #"""
        4:4: this does not line up with the keys of its map; give the keys of one map the same indentation
        """#),
    Manifest(
      "a key without a colon",
      #"""
      sources:
        s
      sinks:
        o: { use: drop, from: s }
      """#,
      says: #"""
        2:3: 'sources' takes a map of names, not 's'; write sources: { sensors: { use: file, with: { path: sensors.jsonl } } }
        """#),
    Manifest(
      "a percent sign",
      #"""
      sources: { s: { use: file, with: { path: %a } } }
      """#,
      says: #"""
        1:42: a value cannot start with this character; put the text in quotes
        """#),
    Manifest(
      "an at sign",
      #"""
      sources: { s: { use: file, with: { path: @a } } }
      """#,
      says: #"""
        1:42: a value cannot start with this character; put the text in quotes
        """#),
    Manifest(
      "a bad escape",
      #"""
      sources: { s: { use: file, with: { path: "a\d" } } }
      """#,
      says: #"""
        1:44: this escape is not known in double quotes; write \\ for a backslash, or use single quotes
        """#),
    Manifest(
      "a tag",
      #"""
      sources: { s: { use: !!map stdin } }
      sinks: !tide { o: { use: drop, from: !!str s } }
      """#,
      says: #"""
        1:22: the tag 'tag:yaml.org,2002:map' has no meaning here; remove it
        2:8: the tag '!tide' has no meaning here; remove it
        """#),
    Manifest(
      "two documents",
      #"""
      sources: { s: { use: stdin } }
      sinks: { o: { use: drop, from: s } }
      ---
      sources: {}
      """#,
      says: #"""
        3:1: a second document starts here; a manifest is one document: remove the '---'
        """#),
    Manifest(
      "a key that is no word",
      #"""
      ? [a, b]
      : 1
      ? { c: d }
      : 2
      sources: { s: { use: stdin } }
      sinks: { o: { use: drop, from: s } }
      """#,
      says: #"""
        1:3: a key must be a word, not a list; to write a text that starts with '{' or '[', put it in quotes
        3:3: a key must be a word, not a map; to write a text that starts with '{' or '[', put it in quotes
        """#),
    Manifest(
      "an alias into itself",
      #"""
      sources: &a { s: { use: stdin, with: *a } }
      sinks: { o: { use: drop, from: s } }
      """#,
      says: #"""
        1:38: '*a' stands for nothing: no value before it is marked '&a'; to write a text that starts with '*', put it in quotes: "*a"
        """#),
    Manifest(
      "a merge of no map",
      #"""
      sources: { s: { use: stdin, <<: 5 } }
      sinks: { o: { use: drop, from: s } }
      """#,
      says: #"""
        1:33: '<<' takes a map or a list of maps to merge, not the number 5
        """#),
    Manifest(
      "a list item out of place",
      #"""
      sources: - a
      """#,
      says: #"""
        1:10: a list item cannot start here; write the list on lines of its own, or in [ ]
        """#),
    Manifest(
      "text after the end",
      #"""
      { sources: { s: { use: stdin } }, sinks: { o: { use: drop, from: s } } }
      more: 1
      """#,
      says: #"""
        2:1: the document has ended before this; a manifest is one map of keys
        """#),
    Manifest(
      "everything at once",
      #"""
      nam: x
      sources:
        s: { use: stdn, watermark: { dely: 2s } }
      operators:
        p: { use: above, from: q, with: { feld: a, limit: much } }
      sinks:
        o: { use: stdout, from: [p, s.lte], bufer: {} }
      """#,
      says: #"""
        1:1: 'nam' is not a key of a pipeline; did you mean 'name'?
        3:13: no plugin has a source 'stdn'; did you mean 'stdin'?
        3:32: 'dely' is not a key of a watermark; did you mean 'delay'?
        5:26: no node is named 'q'; there are: s
        5:37: 'feld' is not an option of above; did you mean 'field'?
        5:53: 'limit' takes a number, not 'much'; for example limit: 0
        7:39: 'bufer' is not a key of a sink; did you mean 'buffer'?
        """#),
  ]
}
