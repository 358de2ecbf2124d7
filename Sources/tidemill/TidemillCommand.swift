import ArgumentParser

/// The command `tidemill`.
@main
struct TidemillCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "tidemill", abstract: "A stream processor made of plugins.")
}
