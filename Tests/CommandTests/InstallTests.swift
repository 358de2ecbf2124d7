import TestSupport
import Testing

/// What `make install` promises: a tree that needs nothing of the machine that built it, and that can be taken away again.
struct InstallTests {
  /// Names of the plugins that come along.
  static func plugins() throws -> [String] {
    try Files.names(ProjectPaths.release).filter { $0.hasPrefix("libtidemill-") && $0.hasSuffix(".so") }
      .map { String($0.dropFirst("libtidemill-".count).dropLast(".so".count)) }.filter { $0 != "audit" }
  }

  /// Made-up readings, those above a limit into a file.
  static func pipeline(output: String) -> String {
    """
    name: high
    sources:
      readings:
        use: generate
        with: { kind: sensors, count: 20000, paced: false, seed: 7, start: "2026-01-01T00:00:00Z" }
    operators:
      high: { use: threshold, from: readings, with: { field: value, above: 25 } }
    sinks:
      out: { use: file, from: high, with: { path: \(output) } }
      dead: { use: file, from: "*.dead", with: { path: \(output).dead } }

    """
  }

  @Test func `an installation runs where there is no toolchain and no source tree`() throws {
    let installation = try Installation()
    let system = try InstalledSystem(installation)

    let tidemill = installation.prefix + "/bin/tidemill"

    // What is hidden: nothing of Swift can be found, neither by name nor where it was when this was built.
    let toolchain = try Installation.output("swift", ["/bin/sh", "-c", "command -v swift"]).filter { $0 != "\n" }
    for path in [toolchain, ProjectPaths.root, ProjectPaths.tidemill] {
      #expect(try Installation.output("test", ["/bin/sh", "-c", "test -e \(path) && echo there"]) == "there\n")
      #expect(try system.run("/bin/sh", "-c", "test -e \(path)").end == .exit(1), "\(path) is not hidden")
    }
    #expect(try system.run("/bin/sh", "-c", "command -v swift swiftc cc").output.isEmpty)

    let version = try system.run(tidemill, "version")
    #expect(version.end == .exit(0), "\(version.errors)")
    #expect(version.output == (try Tidemill.run(["version"]).output))

    let listed = try system.run(tidemill, "plugin", "list").output.split(separator: "\n").dropFirst()
      // Many components take several lines.
      .filter { $0.first != " " }
    #expect(listed.count == (try Self.plugins().count))
    for name in try Self.plugins() {
      let line = listed.first { $0.hasPrefix(name + " ") } ?? ""
      #expect(line.contains(" enabled ") && line.hasSuffix("installed"), "\(name): '\(line)'")
    }

    // The checker's worker and its library of audits have come along.
    let checked = try system.run(tidemill, "plugin", "check", "threshold")
    #expect(checked.end == .exit(0) && checked.output.contains("level 10 of 10"), "\(checked.errors)\(checked.output)")
    #expect(!checked.output.contains("is not there"), "\(checked.output)")

    try Files.write(installation.root.file("user/high.yaml"), Self.pipeline(output: "/user/high.jsonl"))
    let run = try system.run(tidemill, "run", "/user/high.yaml")
    #expect(run.end == .exit(0), "\(run.errors)")
    let story = try Story()
    try story.file("high.yaml", Self.pipeline(output: story.directory.file("high.jsonl")))
    #expect(try story.run("run", "high.yaml").exitCode == 0)
    let rows = try story.text("high.jsonl")
    #expect(rows.split(separator: "\n").count > 100)
    #expect(try Files.text(installation.root.file("user/high.jsonl")) == rows)
  }

  @Test func `a plugin in Swift, built with the SDK, runs where there is no toolchain`() throws {
    let installation = try Installation()
    try InstallPlugins.writeThird(installation.root.directory("build"))
    try installation.run("plugin", "build", "third", in: installation.root.file("build"))
    let system = try InstalledSystem(installation)
    try Files.write(installation.root.file("user/third.yaml"), InstallPlugins.pipeline(of: ["third"]))
    let tidemill = installation.prefix + "/bin/tidemill"
    let run = try system.run(tidemill, "run", "--plugins", "/build/third", "/user/third.yaml", input: "1\n2\n3\n4\n5\n")
    #expect(run.output == "1\n4\n", "\(run.errors)")
  }

  @Test func `an installation maps nothing of a toolchain, even where there is one`() throws {
    let installation = try Installation()
    let home = try installation.root.directory("user")
    try Files.write(home + "/echo.yaml", Story.echo)
    let child = try Child(
      installation.tidemill, ["run", "echo.yaml"], in: home, environment: Tidemill.environment(home: home), input: .pipe)
    child.send("one\n")
    try child.wait { $0.outputText == "one\n" }
    let mapped = try Files.text("/proc/\(child.process)/maps").split(separator: "\n")
      .compactMap { line in line.firstIndex(of: "/").map { String(line[$0...]) } }
    #expect(mapped.contains { $0.hasSuffix("/runtime/libswiftCore.so") })
    let system = ["libc.so", "libm.so", "libgcc_s.so", "libstdc++.so", "ld-linux", "libc-", "libm-", "ld-"]
    for path in Set(mapped) where !path.hasPrefix(installation.root.path) {
      let name = path.split(separator: "/").last ?? ""
      #expect(system.contains { name.hasPrefix($0) }, "\(path) is mapped")
    }
    child.closeInput()
    #expect(try child.finish() == .exit(0))
  }

  @Test func `programs and libraries look for others only relative to themselves`() throws {
    let installation = try Installation()
    let files = try installation.executables()
    #expect(files.contains("bin/tidemill") && files.contains("lib/tidemill/runtime/libswiftCore.so"))
    for file in files {
      let places = try Installation.output("readelf", ["readelf", "-d", installation.path + "/" + file])
        .split(separator: "\n").filter { $0.contains("RUNPATH") || $0.contains("RPATH") }
        .compactMap { $0.split(separator: "[").last?.dropLast() }
      #expect(places.count == 1, "\(file): \(places)")
      for place in places.flatMap({ $0.split(separator: ":") }) {
        #expect(place == "$ORIGIN" || place.hasPrefix("$ORIGIN/"), "\(file): \(place)")
      }
    }
  }

  @Test func `a plugin in C is compiled with what pkg-config says, wherever the tree was moved to`() throws {
    let installation = try Installation(prefix: "/first")
    let moved = installation.root.file("second")
    try Installation.output("mv", ["/bin/mv", installation.path, moved])
    let place = try TemporaryDirectory()
    try place.write("half.c", InstallPlugins.half)
    let environment: [String: String?] = ["PKG_CONFIG_PATH": moved + "/lib/pkgconfig", "PKG_CONFIG_SYSROOT_DIR": nil]
    let compile = "cc -std=c11 -Wall -Wextra -pedantic -Werror -shared -fPIC $(pkg-config --cflags tidemill) half.c -o half.so"
    try Installation.output("cc", ["/bin/sh", "-c", compile], environment, in: place.path)

    let command = moved + "/bin/tidemill"
    let variables = Tidemill.environment(home: place.path)
    let listed = try Installation.output("plugin list", [command, "plugin", "list", "--plugins", place.path], variables)
    #expect(listed.split(separator: "\n").contains { $0.hasPrefix("half ") }, "\(listed)")
    let version = try Installation.output("pkg-config", ["pkg-config", "--modversion", "tidemill"], environment)
    #expect(version == (try Tidemill.run(["version", "--short"]).output))

    try place.write("half.yaml", InstallPlugins.pipeline(of: ["half"]))
    let run = try Child(
      command, ["run", "--plugins", ".", "half.yaml"], in: place.path, environment: variables, input: .pipe)
    run.send("1\n2\n3\n4\n5\n")
    run.closeInput()
    #expect(try run.finish() == .exit(0))
    #expect(run.outputText == "1\n3\n5\n", "\(run.errorText)")
  }

  @Test func `the SDK of an installation builds a file in C and a folder in Swift from any directory`() throws {
    let installation = try Installation()
    let place = try TemporaryDirectory()
    try place.write("half.c", InstallPlugins.half)
    try InstallPlugins.writeThird(place.path)
    try place.write("sixth.yaml", InstallPlugins.pipeline(of: ["half", "third"]))
    try installation.run("plugin", "build", "half.c", in: place.path)
    try installation.run("plugin", "build", place.file("third"), in: "/")
    let child = try Child(
      installation.tidemill, ["run", "--plugins", ".", "--plugins", "third", "sixth.yaml"], in: place.path,
      environment: Tidemill.environment(home: place.path), input: .pipe)
    child.send((1...20).map { "\($0)\n" }.joined())
    child.closeInput()
    #expect(try child.finish() == .exit(0))
    #expect(child.outputText == "1\n7\n13\n19\n", "\(child.errorText)")
  }

  @Test func `installing again changes nothing, and uninstalling leaves nothing`() throws {
    let installation = try Installation()
    let files = try installation.files()
    for file in ["bin/tidemill", "include/tidemill/plugin.h", "lib/pkgconfig/tidemill.pc", "share/doc/tidemill/README.md"] {
      #expect(files.contains(file), "\(file) is missing")
    }
    #expect(!files.contains("include/module.modulemap"))
    let record = try Files.text(installation.path + "/lib/tidemill/installed-files")
    try installation.install()
    #expect(try installation.files() == files)
    #expect(try Files.text(installation.path + "/lib/tidemill/installed-files") == record)
    try installation.uninstall()
    #expect(!Files.exists(installation.path))
  }

  @Test func `what was there before and what users added stays, what an older version left goes`() throws {
    let installation = try Installation()
    let path = installation.path
    try installation.uninstall()
    for directory in ["", "/share", "/share/zsh"] { try Files.makeDirectory(path + directory) }
    try installation.install()
    // An older version had a plugin and a directory more.
    let record = path + "/lib/tidemill/installed-files"
    try Files.makeDirectory(path + "/lib/tidemill/old")
    try Files.write(path + "/lib/tidemill/old/libtidemill-old.so", "")
    try Files.write(record, try Files.text(record) + "lib/tidemill/old/\nlib/tidemill/old/libtidemill-old.so\n")
    try Files.write(path + "/lib/tidemill/mine.so", "")
    try installation.install()
    #expect(!Files.exists(path + "/lib/tidemill/old"))
    #expect(Files.exists(path + "/lib/tidemill/mine.so"))
    try installation.uninstall()
    #expect(try Files.tree(path) == ["lib/tidemill/mine.so"])
    #expect(try Files.names(path) == ["lib", "share"])
    #expect(try Files.names(path + "/share") == ["zsh"])
  }

  @Test func `a second uninstall and a relative prefix are refused with a sentence`() throws {
    let place = try TemporaryDirectory()
    for (script, prefix, sentence) in [
      ("uninstall", "/opt/tidemill", "there is no installation in \(place.path)/opt/tidemill"),
      ("install", "opt", "PREFIX must be an absolute path, not 'opt'"),
    ] {
      let child = try Child(
        ProjectPaths.path("scripts/\(script)"), environment: ["PREFIX": prefix, "DESTDIR": place.path])
      #expect(try child.finish() == .exit(1))
      #expect(child.errorText.hasPrefix("\(script): \(sentence)"), "\(child.errorText)")
    }
    #expect(try Files.names(place.path).isEmpty)
  }
}
