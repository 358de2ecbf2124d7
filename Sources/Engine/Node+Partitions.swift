import CTidemill

/// Sources with partitions (`tide.partitions/1`). Control thread only.
extension Node {
  /// Asks an open source for its partitions and has it read all of them from their start, numbered in their order.
  func assignPartitions() throws(PipelineError) {
    guard spec.kind == .source, tide_has_extension(table) != 0,
      let found = table.pointee.extension(instance, TIDE_PARTITIONS)
    else { return }
    let offered = found.assumingMemoryBound(to: tide_partitions.self)
    guard Int(offered.pointee.size) >= MemoryLayout<tide_partitions>.size, let list = offered.pointee.list,
      let assign = offered.pointee.assign
    else { throw partitionFailure("its table of \(TIDE_PARTITIONS) is incomplete") }

    let listed = PartitionNames()
    let status = controlling { list(instance, PartitionNames.found, Unmanaged.passUnretained(listed).toOpaque()) }
    if let problem = listed.problem { throw partitionFailure(problem) }
    guard status >= TIDE_OK else { throw partitionFailure(status, "the list of its partitions") }
    if listed.names.isEmpty { log(.warning, "there is no partition to read") }

    for (number, name) in listed.names.enumerated() {
      let status = controlling {
        var name = name
        return name.withUTF8 { utf8 in
          utf8.withMemoryRebound(to: CChar.self) {
            let text = tide_string(data: $0.baseAddress, length: UInt64($0.count))
            return assign(instance, UInt32(number), text, tide_string(data: nil, length: 0))
          }
        }
      }
      guard status >= TIDE_OK else { throw partitionFailure(status, "partition '\(name)'") }
      if origins[UInt32(number)] == nil { self.name(partition: UInt32(number), name) }
    }
  }

  private func partitionFailure(_ message: String) -> PipelineError { PipelineError(node: spec.name, message: message) }

  private func partitionFailure(_ status: tide_status, _ what: String) -> PipelineError {
    let failure = takeFailure(status, during: what)
    return PipelineError(
      node: spec.name, message: failure.message, configPath: failure.configPath, isConfiguration: status == TIDE_E_CONFIG)
  }
}

/// What a source names while it lists its partitions.
private final class PartitionNames {
  var names: [String] = []
  var problem: String?
  private var known: Set<String> = []

  static let found: @convention(c) (UnsafeMutableRawPointer?, tide_string) -> tide_status = { user, name in
    guard let user else { return TIDE_E_FATAL }
    return Unmanaged<PartitionNames>.fromOpaque(user).takeUnretainedValue().add(name)
  }

  private func add(_ text: tide_string) -> tide_status {
    guard text.length <= UInt64(TIDE_MAX_PARTITION_NAME) else {
      return refuse("it names a partition of \(text.length) bytes; the limit is \(TIDE_MAX_PARTITION_NAME)")
    }
    let name = String(borrowed: text)
    guard names.count < Int(TIDE_MAX_PARTITIONS) else { return refuse("it has more than \(TIDE_MAX_PARTITIONS) partitions") }
    guard known.insert(name).inserted else { return refuse("it names partition '\(name)' twice") }
    names.append(name)
    return TIDE_OK
  }

  private func refuse(_ problem: String) -> tide_status {
    self.problem = problem
    return TIDE_E_FATAL
  }
}
