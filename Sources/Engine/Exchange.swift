import CHost
import CLanes
import CTidemill
import Frames

/// Deals the rows of one output port to the lanes of a node: a row goes to the lane that owns the key group of its key.
///
/// Rows of one key keep their order. What is announced beside rows, watermarks above all, goes to every lane. Belongs to the chain
/// of the node that writes.
final class Exchange {
  /// One a lane; the nodes own them.
  private let edges: UnsafeMutableBufferPointer<Unmanaged<Edge>>
  private let key: LaneKey
  /// Columns of the key in frames of the schema `schema`.
  private let columns: UnsafeMutableBufferPointer<Int32>
  private var schema: UInt64 = 0
  private let laneOfGroup: UnsafeMutableBufferPointer<UInt8>
  private let starts: UnsafeMutableBufferPointer<UInt32>
  private var dealer = tide_dealer()

  private static let rows = 65_536

  /// - Parameter lanes: edges to the lanes, in the order of the key groups that they own.
  init(key: LaneKey, lanes: [Edge]) {
    self.key = key
    edges = .allocate(capacity: lanes.count)
    _ = edges.initialize(from: lanes.map { Unmanaged.passUnretained($0) })
    columns = .allocate(capacity: key.columnCount)
    columns.initialize(repeating: -1)
    laneOfGroup = .allocate(capacity: Int(TIDE_KEY_GROUPS))
    for lane in lanes.indices {
      for group in LaneRange(lane: lane, of: lanes.count).groups { laneOfGroup.initializeElement(at: group, to: UInt8(lane)) }
    }
    starts = .allocate(capacity: lanes.count + 1)
    dealer.columns = UnsafePointer(columns.baseAddress)
    dealer.column_count = UInt32(columns.count)
    dealer.lanes = UInt32(lanes.count)
    dealer.lane_of_group = UnsafePointer(laneOfGroup.baseAddress)
    dealer.lane_of_code = .allocate(capacity: Self.rows)
    dealer.lane_of_row = .allocate(capacity: Self.rows)
    dealer.rows = .allocate(capacity: Self.rows)
    dealer.key_capacity = 1024
    dealer.key = .allocate(capacity: Int(dealer.key_capacity))
  }

  deinit {
    edges.deallocate()
    columns.deallocate()
    laneOfGroup.deallocate()
    starts.deallocate()
    dealer.lane_of_code.deallocate()
    dealer.lane_of_row.deallocate()
    dealer.rows.deallocate()
    dealer.key.deallocate()
  }

  /// Passes each row on to its lane. False when the pipeline was forced to stop meanwhile.
  func push(_ passed: UnsafeMutablePointer<tide_passed>) -> Bool {
    let whole = passed.pointee
    find(whole.batch.frame)
    while true {
      let needed = tide_deal(&dealer, whole.batch.frame, whole.batch.selection, whole.batch.count, starts.baseAddress!)
      guard needed > 0 else { break }
      dealer.key.deallocate()
      dealer.key = .allocate(capacity: Int(needed) * 2)
      dealer.key_capacity = needed * 2
    }
    var goesOn = true
    for lane in edges.indices {
      let (start, end) = (starts[lane], starts[lane + 1])
      guard end > start else {
        edges[lane]._withUnsafeGuaranteedRef { $0.endIdleness() }
        continue
      }
      var part = whole
      if end - start < whole.batch.count {
        part.batch.selection = UnsafePointer(dealer.rows + Int(start))
        part.batch.count = end - start
      }
      if !edges[lane]._withUnsafeGuaranteedRef({ $0.push(&part) }) { goesOn = false }
    }
    return goesOn
  }

  /// Finds the columns of the key, where the last frame had another schema.
  private func find(_ frame: UnsafePointer<tide_frame>) {
    let view = FrameView(frame)
    guard schema != view.schemaID || schema == 0 else { return }
    schema = view.schemaID
    switch key {
    case .fields(let names): for (at, name) in names.enumerated() { columns[at] = view.column(named: name)?.index ?? -1 }
    case .role: columns[0] = view.column(role: .key)?.index ?? -1
    }
  }
}

/// What the rows of an input are dealt to lanes by.
public enum LaneKey: Sendable, Hashable {
  /// The values of fields, in this order: what a keyed component keeps its state by.
  case fields([String])
  /// The event's key. Rows without one belong together.
  case role

  var columnCount: Int {
    switch self {
    case .fields(let names): names.count
    case .role: 1
    }
  }
}

/// The key groups of one lane: neighbours, and as many as the next lane has, or one more or less.
struct LaneRange {
  let groups: Range<Int>

  init(lane: Int, of lanes: Int) {
    let all = Int(TIDE_KEY_GROUPS)
    groups = lane * all / lanes..<(lane + 1) * all / lanes
  }
}
