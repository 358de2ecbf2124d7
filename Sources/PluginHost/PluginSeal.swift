import Glibc
import PluginManifest

/// Writes the manifest of a plugin that describes itself in code into its section `.tidemill`, so that nobody has to run it to
/// read it.
public struct PluginSeal: Sendable {
  /// What sealing did.
  public enum Outcome: Sendable, Equatable {
    case sealed
    /// The section has what the plugin says of itself, or the plugin was compiled with a manifest of its own.
    case alreadySealed
  }

  /// Seconds that the plugin may take to describe itself.
  public static let limitSeconds = 10

  /// The tidemill executable whose `plugin describe FILE` is run as a child.
  public var executable: String
  public var settings: PluginCatalog.Settings

  public init(settings: PluginCatalog.Settings, executable: String? = nil) {
    self.settings = settings
    self.executable = executable ?? settings.environment.executable
  }

  /// Seals a file; it is replaced in one step, and only when its section changes.
  @discardableResult
  public func seal(_ file: String) throws(PluginError) -> Outcome {
    let path = FilePaths.resolved(file) ?? FilePaths.absolute(file)
    let (section, isAllocated) = try look(path)
    let described = try describe(path)
    try check(described, path)
    if let section, section.filter({ $0 != 0 }) == Array(described.utf8) { return .alreadySealed }
    guard !isAllocated else {
      throw PluginError(
        "\(path) was compiled with a manifest (TIDE_MANIFEST) that differs from what it says of itself",
        fix: "keep one of the two")
    }
    try write(described, into: path)
    return .sealed
  }

  private func look(_ path: String) throws(PluginError) -> (section: [UInt8]?, isAllocated: Bool) {
    do {
      if let problem = PluginFileReader.sizeProblem(path) { throw PluginError("\(path) \(problem)") }
      let elf = try ElfFile(path: path)
      guard try elf.exports(PluginFileReader.entrySymbol) else {
        throw PluginError("\(path) does not export \(PluginFileReader.entrySymbol): it is not a plugin")
      }
      return (try elf.contents(ofSection: PluginFileReader.section), elf.isAllocated(PluginFileReader.section))
    } catch let error as PluginError {
      throw error.sentence.hasPrefix(path) ? error : PluginError("\(path) \(error.sentence)", fix: error.fix)
    } catch let problem as ElfFile.Problem {
      let refusal = PluginFileReader.refusal(problem)
      throw PluginError("\(path) cannot be sealed: \(refusal.sentence)", fix: refusal.fix)
    } catch {
      throw PluginError("\(path) cannot be sealed: \(error)")
    }
  }

  private func describe(_ path: String) throws(PluginError) -> String {
    guard !executable.isEmpty else { throw PluginError("the tidemill executable that describes plugins is not known") }
    let result = try ChildProcess.run(executable, ["plugin", "describe", path], limitSeconds: Self.limitSeconds)
    if result.isLate {
      throw PluginError(
        "\(path) did not describe itself within \(Self.limitSeconds) s", fix: "its entry function must not start work")
    }
    guard result.status == 0 else {
      let why = result.errors.split(separator: "\n").last.map(String.init) ?? "exit code \(result.status)"
      throw PluginError(why.hasPrefix(path) ? why : "\(path) cannot be sealed: \(why)")
    }
    return String(result.output.reversed().drop { $0.isWhitespace }.reversed())
  }

  private func check(_ json: String, _ path: String) throws(PluginError) {
    let read = settings.manifests.read(json: json)
    if let later = read.laterAbi {
      throw PluginError(
        "\(path) needs revision 1.\(later) of the plugin interface; this host has 1.\(settings.manifests.hostMinor)",
        fix: "use a newer tidemill")
    }
    // What a host may overlook in a plugin of another age is a mistake in one that is being built.
    let problems = read.problems + read.unknown
    guard problems.isEmpty else {
      throw PluginError(
        "\(path) describes itself wrongly:" + problems.map { "\n  \($0)" }.joined(), fix: "correct it and build again")
    }
  }

  private func write(_ json: String, into path: String) throws(PluginError) {
    let environment = settings.environment
    guard
      let objcopy = ChildProcess.find("objcopy", in: environment) ?? ChildProcess.find("llvm-objcopy", in: environment)
    else {
      throw PluginError("sealing needs objcopy, which is not installed", fix: "apt install binutils")
    }
    let directory = FilePaths.directory(of: path)
    let stem = FilePaths.join(directory, ".\(FilePaths.name(of: path)).\(getpid()).\(UInt32.random(in: 0 ... .max))")
    let (text, sealed) = (stem + ".json", stem + ".sealed")
    defer {
      unlink(text)
      unlink(sealed)
    }
    try FileWrites.replace(text, with: Array(json.utf8))
    let section = PluginFileReader.section
    let isThere = (try? ElfFile(path: path).contents(ofSection: section)) ?? nil != nil
    let action = isThere ? "--update-section" : "--add-section"
    let result = try ChildProcess.run(objcopy, [action, "\(section)=\(text)", path, sealed], limitSeconds: 60)
    guard result.status == 0, !result.isLate else {
      throw PluginError("\(objcopy) could not seal \(path): \(result.errors)")
    }
    guard (try? ElfFile(path: sealed).contents(ofSection: section)) ?? nil == Array(json.utf8) else {
      throw PluginError("\(objcopy) did not write the section \(section) of \(path) as asked")
    }
    if let mode = FilePaths.status(path)?.st_mode { chmod(sealed, mode & 0o7777) }
    let descriptor = open(sealed, O_RDONLY | O_CLOEXEC)
    if descriptor >= 0 {
      fsync(descriptor)
      close(descriptor)
    }
    try FileWrites.rename(sealed, over: path)
  }
}
