import FoundationEssentials
import PluginHost
import PluginManifest
import Testing

@Suite struct PluginInspectionTests {
  static let manifest = #"""
    {"abi":0,"name":"sample","version":"1.2","license":"MIT","doc":"Tries everything.","components":[
      {"id":"watch","kind":"source","doc":"Watches a directory.","codec":"decode","blocking":true,"poll_every":"100ms",
       "concurrency":"single","options":[
         {"name":"path","type":"string","format":"path","doc":"The directory to watch.","required":true},
         {"name":"every","type":"integer","format":"duration","doc":"How often to look.","default":2000000000,"minimum":1000000},
         {"name":"chunk","type":"integer","format":"bytes","doc":"How much to read at once.","default":"64KiB","maximum":1048576},
         {"name":"token","type":"string","format":"secret","doc":"A password.","default":"hunter2"},
         {"name":"mode","type":"string","doc":"Which files.","choices":["new","all"],"default":"new"},
         {"name":"limit","type":"integer","doc":"Files at most.","unit":"files","minimum":1,"maximum":10},
         {"name":"rules","type":"list","doc":"What to do.","items":[
           {"name":"where","type":"string","format":"expression","doc":"Which rows.","required":true},
           {"name":"to","type":"string","doc":"Where to."}]}],
       "outputs":{"fields":[{"name":"file","type":"string","role":"source","doc":"Its name."}]},
       "example":"pipeline: watch\nsources:\n  in: { use: watch, with: { path: . } }\n"},
      {"id":"split","kind":"operator","doc":"Splits.","ports":{"out_from":"cases"},
       "options":[{"name":"cases","type":"map","doc":"Ports and their conditions.","items":[{"name":"when","type":"string","doc":""}]}],
       "inputs":[{"name":"level","type":"int","required":true,"doc":"How bad."}],"outputs":{"same":true}}]}
    """#

  static let formatOptions: PluginInspection.FormatOptions = [
    .decode: decode(
      #"{"abi":0,"name":"f","version":"1","components":[{"id":"f","kind":"source","doc":"d","options":[{"name":"format","type":"string","doc":"Format of the records.","choices":["json","text"],"default":"json"}]}]}"#
    )
  ]

  static func decode(_ json: String) -> [OptionSchema] {
    PluginManifestReader().read(json: json).manifest?.components[0].options ?? []
  }

  func entry(_ space: Workspace) throws -> PluginEntry {
    let components = [("source", "watch"), ("operator", "split")]
    try space.put(
      try Fixture(components: components, manifest: Self.manifest.split(separator: "\n").joined(separator: "\n")).build(),
      as: space.user + "/sample.so")
    return try #require(space.scan().entries.first)
  }

  @Test func `the text shows every option, port and field, and the example`() throws {
    let space = try Workspace()
    let entry = try entry(space)
    #expect(entry.problems.isEmpty, "\(entry.problems)")
    let text = PluginInspection.text(entry, formatOptions: Self.formatOptions)
    #expect(
      text == """
        Plugin
          Name       sample
          Version    1.2
          Licence    MIT
          About      Tries everything.
          Interface  1.0
          File       \(entry.file)
          From       user
          Status     unchecked

        Source watch
          Watches a directory.

          Use        watch
          Instances  one
          Polled     every 100ms while it has nothing
          Thread     its own, because calls may block

          Ports
            out  out
            out  dead  rows that were refused, with the reason

          Options
            NAME   TYPE          DEFAULT   RANGE
            path   path          required
                The directory to watch.
            every  duration      2s        1ms or more
                How often to look.
            chunk  bytes         64KiB     1MiB or less
                How much to read at once.
            token  secret        ***
                A password.
            mode   string        new       new | all
                Which files.
            limit  integer       -         1 to 10 files
                Files at most.
            rules  list of maps  -
                What to do.
                - where, expression, required: Which rows.
                - to, string: Where to.

          Options of the host's formats, for reading records
            NAME    TYPE    DEFAULT  RANGE
            format  string  json     json | text
                Format of the records.

          Fields sent
            file  string  role source  Its name.

          Example, a pipeline that runs
            pipeline: watch
            sources:
              in: { use: watch, with: { path: . } }

        Operator split
          Splits.

          Use  split

          Ports
            in   in
            out  <cases>  one for each entry of the option cases
            out  dead     rows that were refused, with the reason

          Options
            NAME   TYPE           DEFAULT  RANGE
            cases  map of string  -
                Ports and their conditions.

          Fields read
            level  int  required  How bad.

          Fields sent
            all fields of the input

        """)
  }

  @Test func `the text shows functions of aggregates, what decides on fields, and what depends on arrival`() throws {
    let space = try Workspace()
    let manifest = #"""
      {"abi":0,"name":"tallies","version":"1","components":[{"id":"tally","kind":"operator","doc":"Adds up.","concurrency":"keyed",
       "keyed_state":true,"state_version":3,"allocation":"amortised",
       "options":[{"name":"key","type":"list","format":"key","doc":"Whose."},
        {"name":"clock","type":"string","doc":"By what.","choices":["event","own"],"default":"event"},
        {"name":"make","type":"map","format":"aggregate","doc":"Results.","functions":[
          {"name":"count","doc":"Rows.","result":"int","arguments":[{"name":"x","optional":true}]},
          {"name":"sum","doc":"Sum.","result":"argument","order":"doubles","arguments":[{"name":"x","type":"number"}]},
          {"name":"spread","doc":"Spread.","result":"double","order":"rows","arguments":[{"name":"x","type":"number"}]},
          {"name":"last","doc":"Last.","result":"argument","order":"ties","arguments":[{"name":"x"}]}]}],
       "inputs":[{"option":"key"}],
       "arrival":[{"option":"clock","value":"own","reason":"it follows the clock"},{"option":"key","reason":"of keys"},
        {"partitions":true,"reason":"rows meet"}],
       "event_time":[{"option":"clock","value":"event"}],
       "waits":[{"option":"clock","value":"event","without":"key","reason":"fires its windows"}],
       "outputs":{"fields_of":["key","make"],"fields":[{"name":"rows","type":"int","doc":"How many."}]}}]}
      """#
    try space.put(
      try Fixture(
        components: [("operator", "tally")], manifest: manifest.split(separator: "\n").joined(separator: "\n")
      ).build(), as: space.user + "/tallies.so")
    let entry = try #require(space.scan().entries.first)
    #expect(entry.problems.isEmpty, "\(entry.problems)")
    let text = PluginInspection.text(entry, formatOptions: [:])
    #expect(
      text.components(separatedBy: "Operator tally\n").last == """
          Adds up.

          Use          tally
          Instances    one for each lane of keys
          Memory       taken when what it holds grows
          Keyed state  as much as `state` of the pipeline's manifest allows
          Arrival      results depend on when rows arrive with clock: own
          Arrival      results depend on when rows arrive with key
          Arrival      results depend on when rows arrive, where they come from several partitions
          Arrival      the order of rows shows in the last place of sum, spread, where they come from several partitions
          Arrival      the order of rows with equal time and id shows in last, where they come from several partitions
          Event time   rows need one with clock: event
          Watermark    fires its windows when it moves with clock: event, without key
          State        version 3

          Ports
            in   in
            out  out
            out  dead  rows that were refused, with the reason

          Options
            NAME   TYPE              DEFAULT  RANGE
            key    list of key       -
                Whose.
            clock  string            event    event | own
                By what.
            make   map of aggregate  -
                Results.
                - count([x]): int; Rows.
                - sum(x): as its argument; Sum.
                - spread(x): double; Spread.
                - last(x): as its argument; Last.

          Fields read
            <key>  any type    named by the option key

          Fields sent
            <key>          decided by the option key
            <make>         decided by the option make
            rows    int    How many.

        """, "\(text)")
  }

  @Test func `the JSON holds the manifest as written and the shared options`() throws {
    let space = try Workspace()
    let entry = try entry(space)
    let json = PluginInspection.json(entry, formatOptions: Self.formatOptions)
    let value = try JsonReader.read(Array(json.utf8))
    #expect(value["manifest"] == (try JsonReader.read(Array(Self.manifest.utf8))))
    #expect(value.value(at: "format_options.decode[0].choices[1]") == .string("text"))
    #expect(value["status"] == .string("unchecked"))
  }

  @Test func `a broken manifest is shown with all its problems`() throws {
    let space = try Workspace()
    let broken = #"{"abi":0,"name":"sample","version":"","components":[{"id":"pass","kind":"operator","doc":""}]}"#
    try space.put(try Fixture(manifest: broken).build(), as: space.user + "/sample.so")
    let text = PluginInspection.text(space.scan().entries[0])
    #expect(
      text.contains(
        "  Reason     its manifest is broken: version: is empty (and 1 more)\n  Fix        tidemill plugin inspect "))
    #expect(!text.contains("note: "), "the reason stands there once")
    #expect(text.contains("\nProblems in the manifest\n  version: is empty\n  components[0].doc: is empty"))
  }
}

@Suite struct PluginListingTests {
  @Test func `nothing in a plugin or in its name steers the terminal`() throws {
    let space = try Workspace()
    let evil = #"\u001b]0;title\u0007 \u009b31m\u202e\r\u2066\n"#
    let manifest = #"""
      {"abi":0,"name":"x\#(evil)","version":"1\#(evil)","license":"\#(evil)","doc":"d\#(evil)","odd\#(evil)":1,"components":[
      {"id":"y\#(evil)","kind":"operator","doc":"c\#(evil)","example":"e\#(evil)",
      "options":[{"name":"o\#(evil)","type":"string","doc":"o\#(evil)","default":"v\#(evil)","unit":"\#(evil)"}],
      "ports":{"in":[{"name":"p\#(evil)","doc":"p\#(evil)"}]},"inputs":[{"name":"f\#(evil)"}]}]}
      """#.replacing("\n", with: "")
    let name = "a\u{1B}[31m\u{85}\u{202E}\nb"
    try space.put(try Fixture(manifest: manifest).build(), as: space.user + "/\(name).so")
    try space.put(try Fixture(name: "healthy").build(), as: space.user + "/\(name)-healthy.so")
    try space.write("\(space.user)/\(name)-text.so", "no")
    let catalog = space.scan()
    #expect(catalog.entries.count == 3)
    var texts = [PluginListing.text(catalog), PluginListing.json(catalog)]
    for entry in catalog.entries { texts += [PluginInspection.text(entry), PluginInspection.json(entry)] }
    texts.append("\(catalog.lookup("x/y", kind: .operator))")
    let error = #expect(throws: PluginError.self) { try catalog.setEnabled("\(name).so", true) }
    texts += [(error?.description ?? "").replacing("\n", with: "")]
    for text in texts {
      let found = text.unicodeScalars.filter { $0 != "\n" && TerminalText.isControl($0) }
      #expect(found.isEmpty, "\(found.map(\.value)) in \(text)")
    }
    #expect(texts[0].contains(#"a\x1b[31m\x85\u202e\nb.so  "#))
    #expect(texts[0].contains(#"\#(space.user)/a\x1b[31m\x85\u202e\nb-text.so"# + "\n"))
  }

  @Test func `a fix names a file with odd characters so that a shell understands it`() throws {
    let space = try Workspace()
    try space.put(try Fixture(manifest: "{}").build(), as: space.user + "/a\u{1B}'b.so")
    guard case .refused(let refusal) = space.scan().entries[0].status else {
      Issue.record("not refused")
      return
    }
    #expect(refusal.fix?.contains(#"tidemill plugin inspect $'\#(space.path)/\#(space.user)/a\x1b\'b.so' shows"#) == true)
  }

  @Test func `the table names each plugin, and below it why some are not used`() throws {
    let space = try Workspace()
    try space.put(try Fixture(name: "good", components: [("source", "a"), ("sink", "b")]).build(), as: space.user + "/good.so")
    try space.write(space.user + "/bad.so", "no")
    #expect(
      PluginListing.text(space.scan()) == """
        NAME    VERSION  STATUS     LEVEL  COMPONENTS        FROM
        bad.so  -        refused    -      -                 user
        good    1.0      unchecked  -      source a, sink b  user

        \(space.path)/\(space.user)/bad.so
          it is no shared library: not a plugin

        """)
  }

  @Test func `without plugins the directories that were searched are shown`() throws {
    let space = try Workspace()
    let text = PluginListing.text(space.scan())
    #expect(text.hasPrefix("No plugins. Searched:\n  \(space.path)/user/.local/share/tidemill/plugins (user)\n"))
  }

  @Test func `the JSON has reasons, fixes and clashes`() throws {
    let space = try Workspace()
    try space.put(try Fixture(name: "one").build(), as: space.user + "/1.so")
    try space.put(try Fixture(name: "two").build(), as: space.user + "/2.so")
    try space.put(try Fixture(manifest: "").build(), as: space.user + "/3.so")
    let value = try JsonReader.read(Array(PluginListing.json(space.scan()).utf8))
    #expect(value.value(at: "plugins[0].clashes[0].others[0]") == .string("two"))
    #expect(value.value(at: "plugins[2].reason") == .string("unsealed"))
    #expect(value.value(at: "plugins[2].fix") != .null)
    #expect(value.value(at: "plugins[0].components[0].kind") == .string("operator"))
    #expect(value.value(at: "directories[0].origin") == .string("user"))
  }
}
