import Ordering
import PluginKit

/// Fills the gaps of frames whose rows are in order: rows are made for each key between two of its rows.
///
/// What is made belongs before rows of other keys that have been looked at already. So all rows, made or not, go to others that are
/// held, whose owner sends them once nothing can be made before them.
final class GapFiller {
  let gaps: KeyGaps
  private let scale: StepScale
  private let maxGap: Int64
  private let maxRows: Int
  private let keyFields: [String]
  private let fields: [MadeRows.Field]
  private let made: MadeRows
  private let marks: FrameDeriver
  private let room = FrameRoom()
  /// Of each field its place among those whose values are saved.
  private let places: [Int]
  private let reader = KeyReader(), values = KeyReader()
  private let isMade = UnsafeMutablePointer<Bool>.allocate(capacity: FrameLimits.maxRows)

  /// Of the frame in progress.
  private var keyColumns: [ColumnView] = []
  private var fieldColumns: [ColumnView] = []
  private var touched: [UInt32] = []
  /// The next row, and how many rows were made before it.
  private var row = 0
  private var done: Int64 = 0
  private var framesLeft = 0
  /// The frame whose rows' groups were asked for last.
  private var grouped: (frame: UnsafePointer<tide_frame>, schema: UInt64, columns: [ColumnView])?

  init(
    keyFields: [String], fields: [MadeRows.Field], scale: StepScale, maxGap: Int64, maxRows: Int, node: String
  ) throws {
    self.keyFields = keyFields
    self.fields = fields
    self.scale = scale
    self.maxGap = maxGap
    self.maxRows = maxRows
    places = fields.indices.map { number in fields[..<number].count { $0.isSaved } }
    gaps = KeyGaps(scale, maxGap: maxGap)
    made = MadeRows(keyFields: keyFields, fields: fields, node: node)
    marks = try FrameDeriver([.set(MadeRows.mark)])
    isMade.initialize(repeating: false, count: FrameLimits.maxRows)
  }

  deinit { isMade.deallocate() }

  /// A call begins, which makes so many frames at most.
  func begin(frames: Int) { framesLeft = frames }
  var hasFramesLeft: Bool { framesLeft > 0 }

  /// The time before which nothing is missing any more, with all rows of the input before `time` looked at.
  func settled(at time: Int64) -> Int64 { min(time, gaps.bound(at: time)) }

  /// Turns to a frame.
  func take(_ frame: FrameView, to rows: HeldRows) throws {
    keyColumns = columns(keyFields, of: frame)
    fieldColumns = columns(fields.map(\.name), of: frame)
    try made.learn(frame, keys: keyColumns, fields: fieldColumns, to: rows)
    (row, done) = (0, 0)
    touched.removeAll(keepingCapacity: true)
  }

  private func columns(_ names: [String], of frame: FrameView) -> [ColumnView] {
    names.map { ColumnView(frame: frame.frame, index: frame.column(named: $0)?.index ?? -1) }
  }

  /// Makes what is missing before the rows of the frame, and gives all of them to other rows. False when that takes another call.
  func fill(_ frame: FrameView, to rows: HeldRows) throws -> Bool {
    guard let times = frame.column(role: .eventTime) else { return true }
    let areSomeLate = frame.hasRowWatermark
    while row < frame.rows {
      let time = times.time(row)
      // A late row fills nothing, and is nobody's last: what could be made of it would be late, too.
      if areSomeLate, frame.rowWatermark(row) > time {
        row += 1
        continue
      }
      let step = scale.step(of: time)
      let key = reader.bytes(of: keyColumns, row: row)
      let number = gaps.number(of: key)
      let last = gaps.last[Int(number)]
      if last.isThere {
        // Of an input that was idle, rows may come that are not late and yet behind others.
        if time < last.time {
          row += 1
          continue
        }
        if step > last.step &+ 1, isShort(last.time, time) {
          guard try fill(key, number, last, to: time, step: step, rows) else { return false }
        }
      }
      if !last.isThere || last.row < 0 { touched.append(number) }
      gaps.note(number, time: time, step: step, row: Int32(truncatingIfNeeded: row))
      row += 1
      done = 0
    }
    try made.commit(to: rows)
    save()
    try pass(frame, to: rows)
    return true
  }

  private func isShort(_ before: Int64, _ behind: Int64) -> Bool {
    let (gap, isTooLong) = behind.subtractingReportingOverflow(before)
    return !isTooLong && gap <= maxGap
  }

  /// Makes the rows of one gap, from where the last call stopped.
  private func fill(
    _ key: UnsafeRawBufferPointer, _ number: UInt32, _ last: KeyGaps.Last, to time: Int64, step: Int64, _ rows: HeldRows
  ) throws -> Bool {
    let count = min(step - last.step - 1, Int64(maxRows))
    let ends = MadeRows.Ends(before: last.time, behind: time)
    while done < count {
      guard framesLeft > 0 else { return false }
      done += 1
      let isFull = made.put(key, at: scale.start(of: last.step + done), ends) { field, isBehind, body in
        if isBehind || last.row >= 0 {
          body(values.value(of: fieldColumns[field], row: isBehind ? row : Int(last.row)))
        } else {
          gaps.withSaved(number) { body(Self.part(places[field], of: $0)) }
        }
      }
      if isFull {
        try made.commit(to: rows)
        framesLeft -= 1
      }
    }
    return true
  }

  /// Saves what the last rows of keys hold, before their frame goes.
  private func save() {
    for number in touched {
      let row = gaps.last[Int(number)].row
      gaps.save(number) { bytes in
        for (field, column) in zip(fields, fieldColumns) {
          guard field.isSaved else { continue }
          var value = values.value(of: column, row: Int(row))
          // A list or a map means nothing outside of its frame.
          if !KeyField.isKey(value, ofFields: 1) { value = Self.null }
          withUnsafeBytes(of: UInt32(truncatingIfNeeded: value.count).littleEndian) { bytes += $0 }
          bytes += value
        }
      }
    }
    touched.removeAll(keepingCapacity: true)
  }

  /// The bytes of a field's value; those of null where there are none.
  private static func part(_ place: Int, of saved: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    var at = 0
    for _ in 0..<place where at + 4 <= saved.count { at += 4 + Int(saved.loadUnaligned(fromByteOffset: at, as: UInt32.self)) }
    guard at + 4 <= saved.count else { return Self.null }
    let length = Int(saved.loadUnaligned(fromByteOffset: at, as: UInt32.self))
    return UnsafeRawBufferPointer(rebasing: saved[at + 4..<at + 4 + length])
  }

  /// One byte that is zero.
  nonisolated(unsafe) private static let null: UnsafeRawBufferPointer = {
    let byte = UnsafeMutableRawBufferPointer.allocate(byteCount: 1, alignment: 1)
    byte[0] = UInt8(TIDE_KEY_NULL)
    return UnsafeRawBufferPointer(byte)
  }()

  /// Gives rows that were not made to others.
  private func pass(_ frame: FrameView, to rows: HeldRows) throws {
    let values = ColumnValues(UnsafeBufferPointer(start: UnsafePointer(isMade), count: frame.rows))
    try marks.derive(frame, .init(nil, count: frame.rows), values: [values]) {
      room.reserve($0)
    } commit: { _ in
      try room.add(to: rows)
    }
    framesLeft -= 1
  }
}

extension MadeRows.Field {
  /// True when made rows need the value of the row before.
  var isSaved: Bool {
    switch origin {
    case .previous, .linear: true
    case .null, .value: false
    }
  }

  var isConstant: Bool { if case .value = origin { true } else { false } }
}

// MARK: Snapshots

extension GapFiller {
  /// Group of the key that a row has.
  func group(of frame: FrameView, row: Int) -> UInt32 {
    if grouped?.frame != frame.frame || grouped?.schema != frame.schemaID || frame.schemaID == 0 {
      grouped = (frame.frame, frame.schemaID, columns(keyFields, of: frame))
    }
    let key = reader.bytes(of: grouped?.columns ?? [], row: row)
    return tide_key_group(key.baseAddress, UInt64(key.count))
  }

  /// Of each key, behind `mark`: itself, the time of its last row, and the values, behind their length (UInt32).
  func snapshot(_ writer: StateWriter, mark: UInt8) throws {
    for number in gaps.keys.ordered() where gaps.isThere(number) {
      let group = gaps.keys.group(number)
      try writer.write(mark, group: group)
      try KeyState.write(gaps.keys.key(number), writer, group)
      try writer.write(gaps.last[Int(number)].time, group: group)
      try gaps.withSaved(number) { bytes in
        try writer.write(UInt32(truncatingIfNeeded: bytes.count), group: group)
        try writer.write(bytes, group: group)
      }
    }
  }

  /// Reads one key of a group.
  func restore(_ reader: StateReader, _ group: UInt32) throws {
    let number = try KeyState.read(
      reader, gaps.keys, fields: keyFields.count, of: "keys", length: nil, group)
    gaps.reserve()
    let time: Int64 = try reader.read()
    let bytes = try reader.readBytes(Int(min(try reader.read(UInt32.self), 64 << 20)))
    guard !gaps.isThere(number), holdsValues(bytes) else {
      throw PluginError(.state, "the saved keys hold one whose last row is none")
    }
    gaps.note(number, time: time, step: scale.step(of: time), row: -1)
    gaps.save(number) { $0 = bytes }
  }

  private func holdsValues(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBytes { bytes in
      var at = 0
      for field in fields where field.isSaved {
        guard at + 4 <= bytes.count else { return false }
        let length = Int(bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self))
        at += 4
        guard length <= bytes.count - at,
          KeyField.isKey(UnsafeRawBufferPointer(rebasing: bytes[at..<at + length]), ofFields: 1)
        else { return false }
        at += length
      }
      return at == bytes.count
    }
  }
}
