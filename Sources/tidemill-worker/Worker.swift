import Conformance
import Glibc

/// Runs what may crash or never end, for `tidemill plugin check`: nobody starts it by hand.
@main
enum Worker {
  static func main() { exit(WorkerProgram.main(CommandLine.arguments)) }
}
