import CFunction
import CTidemill
import Frames
import Functions
import PluginManifest
import TestSupport

/// A function on a bench: what it makes of a frame, value by value.
final class FunctionBench {
  /// A value of the column that came out; nil is null.
  enum Value: Equatable {
    case int(Int64)
    case natural(UInt64)
    case double(Double)
    case text(String)
  }

  private let component: FunctionComponent
  private let list: UnsafeMutablePointer<UnsafePointer<tide_component>?>
  private let table: UnsafeMutablePointer<tide_plugin>
  let bench: PluginBench
  private(set) var instance: PluginBenchInstance!

  /// - Parameter function: the address of a C function.
  init(
    _ signature: FunctionSignature, in inputs: [String], args: [FunctionSignature.Constant] = [], out: String = "r",
    rejectsNulls: Bool = false, function: UnsafeMutableRawPointer
  ) throws {
    component = FunctionComponent(
      FunctionSpec(
        symbol: "f", signature: signature, inputs: inputs, constants: args, output: out, rejectsNulls: rejectsNulls)
    ) { () throws(FunctionFailure) in function }
    list = .allocate(capacity: 1)
    list.initialize(to: component.table)
    table = .allocate(capacity: 1)
    table.initialize(to: tide_plugin(size: UInt32(MemoryLayout<tide_plugin>.size), count: 1, components: UnsafePointer(list)))
    bench = try PluginBench(table)
    bench.keepsPassed = true
    instance = try bench.create(.operator, "f")
    try instance.open()
  }

  deinit {
    instance = nil
    table.deallocate()
    list.deallocate()
  }

  /// Hands over a frame; every frame that comes out is checked in full.
  func process(_ frame: OwnedFrame, rows: [UInt16]? = nil) throws {
    let before = bench.passed.count
    try instance.process(frame.pointer, rows: rows)
    for made in bench.passed[before...] {
      _ = try FrameValidator.validate(
        UnsafeRawBufferPointer(start: made.frame.pointer, count: Int(made.frame.pointer.pointee.frame_len)))
    }
  }

  /// The frames that came out.
  var frames: [FrameView] { bench.passed.map { FrameView($0.frame.pointer) } }

  /// The values of a column of all frames that came out.
  func values(_ name: String = "r") -> [Value?] {
    frames.flatMap { frame -> [Value?] in
      guard let column = frame.column(named: name) else { return [] }
      let index = tide_find(frame.frame, name)
      return (0..<UInt32(frame.rows)).map { row in
        guard tide_valid(frame.frame, index, row) != 0 else { return nil }
        switch column.type {
        case .double: return .double(tide_f64(frame.frame, index, row))
        case .uint64: return .natural(tide_u64(frame.frame, index, row))
        case .string:
          let text = tide_utf8(frame.frame, index, row)
          return .text(String(decoding: UnsafeRawBufferPointer(start: text.data, count: Int(text.length)), as: UTF8.self))
        default: return .int(tide_i64(frame.frame, index, row))
        }
      }
    }
  }
}

extension UnsafeMutableRawPointer {
  /// The address of a function with C's calling convention.
  static func to<Function>(_ function: Function) -> UnsafeMutableRawPointer {
    unsafeBitCast(function, to: UnsafeMutableRawPointer.self)
  }
}
