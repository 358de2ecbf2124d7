/// One number about this machine.
struct Measurement: Equatable {
  /// What part of the machine: the event's type.
  enum Part: String {
    case cpu, memory, load, disk, network, process
  }

  let part: Part
  /// Which one of several, such as `sda`; the whole is `total`.
  let name: String
  let metric: String
  let value: Double
  let unit: String
  var process: Int32?
}
