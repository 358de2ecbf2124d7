import PluginManifest
import Testing

/// Logs that `parse` knows: syslog and access logs.
@Suite struct ParseLogs {
  private static let year: [(String, ConfigValue)] = [("year", .int(2026))]

  @Test(arguments: [
    (
      "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \u{FEFF}'su root' failed",
      #"facility="auth" severity="crit" version=1i timestamp=1065910455+3000000t hostname="mymachine.example.com" appname="su" msgid="ID47" message="'su root' failed""#
    ),
    (
      #"<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - [exampleSDID@32473 iut="3" eventSource="App \"x\" \] \\ \n"][p@1] An event"#,
      #"facility="local4" severity="notice" version=1i timestamp=1061727255+3000t hostname="192.0.2.1" appname="myproc" procid="8710" structured_data={exampleSDID@32473:{eventSource:"App "x" ] \ \n",iut:"3"},p@1:{}} message="An event""#
    ),
    ("<0>1 - - - - - -", #"facility="kern" severity="emerg" version=1i"#),
    (
      "<34>Oct 11 22:14:15 mymachine su: 'su root' failed",
      #"facility="auth" severity="crit" timestamp=1791756855t hostname="mymachine" appname="su" message="'su root' failed""#
    ),
    (
      "<13>Feb  5 17:32:18 10.0.0.99 Use the BFG!",
      #"facility="user" severity="notice" timestamp=1770312738t hostname="10.0.0.99" message="Use the BFG!""#
    ),
    (
      "Oct 11 22:14:15 host sshd[42]: key: value",
      #"timestamp=1791756855t hostname="host" appname="sshd" procid="42" message="key: value""#
    ),
    (
      "<30>Oct 11 22:14:15 cron[7]: ran",
      #"facility="daemon" severity="info" timestamp=1791756855t appname="cron" procid="7" message="ran""#
    ),
    (
      "<191>Oct 11 2025 22:14:15.25 h p: x",
      #"facility="local7" severity="debug" timestamp=1760220855+250000000t hostname="h" appname="p" message="x""#
    ),
    (
      "<34>2026-10-11T22:14:15+00:00 h p: x",
      #"facility="auth" severity="crit" timestamp=1791756855t hostname="h" appname="p" message="x""#
    ),
  ]) func `messages of syslog`(text: String, row: String) throws {
    #expect(try ParseRows("syslog", Self.year).rows([text]) == [row])
  }

  @Test(arguments: [
    ("", "no time stands behind the priority, at byte 0"),
    ("<192>1 - - - - - -", "the priority is none from 0 to 191, at byte 0"),
    ("<034>1 - - - - - -", "the priority is none from 0 to 191, at byte 0"),
    ("<>1 -", "the priority is none from 0 to 191, at byte 0"),
    ("<34>2 - - - - - -", "the version is not 1, at byte 4"),
    ("<34>1 yesterday - - - - -", "the time is none of RFC 3339, at byte 6"),
    ("<34>1 - - - -", "it ends too early, at byte 13"),
    ("<34>1 - - - - - x", "neither structured data nor a hyphen, at byte 16"),
    ("<34>1 - - - - - [", "structured data lacks a name, at byte 17"),
    ("<34>1 - - - - - [a", "a bracket of structured data is not closed, at byte 18"),
    ("<34>1 - - - - - [a b]", "a name of structured data has no value in quotes, at byte 20"),
    ("<34>1 - - - - - [a b=\"c\\", "a quote is not closed, at byte 24"),
    ("<34>1 - - - - - [a b=\"c\"]x", "no blank stands behind the structured data, at byte 25"),
    ("<34>Oct 32 22:14:15 h p: x", "no time stands behind the priority, at byte 4"),
    ("hello", "no time stands behind the priority, at byte 0"),
    ("<34>Feb 29 22:14:15 h p: x", "no time stands behind the priority, at byte 4"),
  ]) func `what is no message of syslog is refused`(text: String, reason: String) throws {
    #expect(try ParseRows("syslog", Self.year).rows([text]) == ["!'line' cannot be parsed: \(reason)"])
  }

  @Test func `a year that is not said lets the time lie in the past`() throws {
    let parse = try ParseRows("syslog")
    // 2026-03-01T00:00:00Z: what lies more than a day ahead is of the year before, the last 29th of February of 2024.
    parse.bench.now = 1_772_323_200_000_000_000
    let rows = try parse.rows([
      "Mar  1 12:00:00 h a: x", "Mar  3 00:00:01 h a: x", "Dec 31 23:59:59 h a: x", "Feb 29 00:00:00 h a: x",
    ])
    #expect(
      rows.compactMap { $0.split(separator: " ").first.map(String.init) } == [
        "timestamp=1772366400t", "timestamp=1740960001t", "timestamp=1767225599t", "timestamp=1709164800t",
      ])
  }

  @Test(arguments: [
    (
      #"127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326"#,
      #"client="127.0.0.1" user="frank" timestamp=971211336t method="GET" path="/apache_pb.gif" protocol="HTTP/1.0" status=200i size=2326i"#
    ),
    (
      #"::1 - - [01/Jan/2026:00:00:00 +0000] "POST /a b HTTP/1.1" 304 - "http://x/\"q\"" "curl/8 \x41""#,
      #"client="::1" timestamp=1767225600t method="POST" path="/a b" protocol="HTTP/1.1" status=304i referrer="http://x/"q"" agent="curl/8 \x41""#
    ),
    (
      #"h i two words [01/Jan/2026:00:00:00 +0000] "\x16\x03" 400 0 "-" "-""#,
      #"client="h" identity="i" user="two words" timestamp=1767225600t request="\x16\x03" status=400i size=0i"#
    ),
    (#"h - - [01/Jan/2026:00:00:00 +0000] "-" 408 -"#, #"client="h" timestamp=1767225600t status=408i"#),
  ]) func `lines of access logs`(text: String, row: String) throws {
    #expect(try ParseRows("access").rows([text]) == [row])
  }

  @Test(arguments: [
    ("", "a word is missing, at byte 0"), ("h", "a blank is missing, at byte 1"), ("h - -", "no time in brackets, at byte 4"),
    ("h - - [01/Jan/2026:00:00:00 +0000", "the bracket of the time is not closed, at byte 6"),
    ("h - - [01/Foo/2026:00:00:00 +0000] \"GET / X\" 200 1", "what stands in the brackets is no time, at byte 7"),
    ("h - - [01/Jan/2026:00:00:00 +0000] GET", "a quote is missing, at byte 35"),
    ("h - - [01/Jan/2026:00:00:00 +0000] \"GET / X", "a quote is not closed, at byte 35"),
    ("h - - [01/Jan/2026:00:00:00 +0000] \"GET / X\" 20 1", "the status is no number of three digits, at byte 45"),
    ("h - - [01/Jan/2026:00:00:00 +0000] \"GET / X\" 200 x", "the size is no number, at byte 49"),
    ("h - - [01/Jan/2026:00:00:00 +0000] \"GET / X\" 200 1 \"r\"", "a blank is missing, at byte 54"),
    ("h - - [01/Jan/2026:00:00:00 +0000] \"GET / X\" 200 1 \"r\" \"a\" more", "something stands behind the agent, at byte 58"),
    ("h - - [01/Jan/2026:00:00:00 +0000] \"GET / X\" 200 1 \"r\" \"a\\", "a quote is not closed, at byte 55"),
  ]) func `what is no line of an access log is refused`(text: String, reason: String) throws {
    #expect(try ParseRows("access").rows([text]) == ["!'line' cannot be parsed: \(reason)"])
  }

  @Test(arguments: [
    ("rfc3339", "2026-01-01 00:00:00.123456789Z", "1767225600+123456789t"), ("rfc3339", "2026-01-01T00:00:60Z", "1767225660t"),
    ("rfc3339", "2026-01-01T00:00:00", ""), ("rfc3339", "2026-02-29T00:00:00Z", ""), ("rfc3339", "1500-01-01T00:00:00Z", ""),
    ("rfc3339", "1678-01-01T00:00:00Z", "-9214560000t"), ("rfc3339", "2262-01-01T00:00:00Z", ""),
    ("s", "1767225600.25", "1767225600+250000000t"), ("s", "-1.5", "-1+-500000000t"), ("s", "1e99", ""), ("s", "x", ""),
    ("ms", "1767225600000", "1767225600t"), ("us", "1767225600000001", "1767225600+1000t"),
    ("ns", "1767225600000000001", "1767225600+1t"),
    ("ns", "-1.5", "0+-2t"), ("ns", "99999999999999999999", ""),
    ("syslog", "Jan  1 00:00:00", "1767225600t"), ("access", "01/Jan/2026:01:00:00 +0100", "1767225600t"),
    ("%Y-%m-%d %H:%M:%S", "2026-01-01 02:00:00", "1767225600t"), ("%d.%m.%y %R", "1.1.26 02:00", "1767225600t"),
    ("%a %b %e %T %Y", "Thu Jan  1 02:00:00 2026", "1767225600t"),
    ("%B %d, %Y %I:%M %p", "January 01, 2026 02:00 AM", "1767225600t"),
    ("%FT%T.%f%z", "2026-01-01T00:00:00.5+0000", "1767225600+500000000t"), ("%Y%j", "2026365", "1798668000t"),
    ("%s%%", "1767225600%", "1767225600t"),
    ("%m/%d %H:%M", "01/01 02:00", "1767225600t"), ("%D", "01/01/26", "1767218400t"),
    ("%Y-%m-%d %Z", "2026-01-01 GMT", "1767225600t"),
    ("%Y-%m-%d", "2026-13-01", ""), ("%Y-%m-%d", "2026-01-01 ", "1767218400t"), ("%Y-%m-%d", "2026-01-01x", ""),
    ("%Y-%m-%d %p", "2026-01-01 XM", ""),
    ("%Y%j", "2026366", ""), ("%d", "31", "1769810400t"),
  ]) func `times have the form that is said`(form: String, text: String, time: String) throws {
    let options: [(String, ConfigValue)] = [
      ("fields", ParseRows.types(("t", "time"))), ("pattern", .string("^(?P<t>.*)$")), ("time_format", .string(form)),
      ("time_zone", .string("+02:00")), ("year", .int(2026)),
    ]
    let shift = form == "syslog" ? "1767218400t" : time
    let found = try ParseRows("regex", options).rows([text])[0]
    #expect(found == (time.isEmpty ? "!'t' in 'line' is no time, at byte 0" : "t=\(shift)"), "\(form)")
  }
}
