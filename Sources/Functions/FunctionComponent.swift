import CFunction
import CTidemill

/// A C function as an operator: a component table like that of a plugin, which the engine runs as any other.
///
/// `create` prepares the calls, `open` loads the library, so that `validate` runs no code of it. Nothing stands between the function
/// and this process: one that crashes ends it.
public final class FunctionComponent: @unchecked Sendable {
  let spec: FunctionSpec
  let load: () throws(FunctionFailure) -> UnsafeMutableRawPointer
  private let component: UnsafeMutablePointer<tide_component>
  private let id: UnsafeMutablePointer<CChar>

  /// Valid as long as this object.
  public var table: UnsafePointer<tide_component> { UnsafePointer(component) }

  /// - Parameter load: gives the function's address; called by `open`, on the control thread.
  public init(_ spec: FunctionSpec, load: @escaping () throws(FunctionFailure) -> UnsafeMutableRawPointer) {
    self.spec = spec
    self.load = load
    id = .allocate(capacity: spec.symbol.utf8.count + 1)
    _ = UnsafeMutableBufferPointer(start: id, count: spec.symbol.utf8.count + 1)
      .initialize(from: spec.symbol.utf8CString)
    component = .allocate(capacity: 1)
    component.initialize(to: tide_component())
    fill()
  }

  deinit {
    component.deallocate()
    id.deallocate()
  }

  private func fill() {
    component.pointee.size = UInt32(MemoryLayout<tide_component>.size)
    component.pointee.user = UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque())
    component.pointee.id = UnsafePointer(id)
    component.pointee.create = { component, host, into in
      guard let user = component?.pointee.user, let host, let into else { return TIDE_E_FATAL }
      let owner = Unmanaged<FunctionComponent>.fromOpaque(user).takeUnretainedValue()
      do throws(FunctionFailure) {
        into.pointee = OpaquePointer(Unmanaged.passRetained(try FunctionInstance(owner, host)).toOpaque())
        return TIDE_OK
      } catch {
        FunctionComponent.fail(host, TIDE_E_CONFIG, error.message, at: "signature")
        return TIDE_E_CONFIG
      }
    }
    component.pointee.destroy = { instance in
      guard let instance else { return }
      Unmanaged<FunctionInstance>.fromOpaque(UnsafeRawPointer(instance)).release()
    }
    component.pointee.open = { instance in
      guard let instance else { return TIDE_E_FATAL }
      return Unmanaged<FunctionInstance>.fromOpaque(UnsafeRawPointer(instance)).takeUnretainedValue().open()
    }
    component.pointee.process = { instance, batch, output in
      guard let instance, let batch, let output else { return TIDE_E_FATAL }
      return Unmanaged<FunctionInstance>.fromOpaque(UnsafeRawPointer(instance))
        ._withUnsafeGuaranteedRef { $0.process(batch, output) }
    }
  }

  /// Says why the call in progress fails.
  static func fail(_ host: UnsafePointer<tide_host>, _ code: tide_status, _ message: String, at path: String = "") {
    withBorrowed(message) { message in
      withBorrowed(path) { path in host.pointee.fail(host.pointee.context, code, message, path) }
    }
  }
}

/// Lends the bytes of a text for a call.
func withBorrowed<R>(_ text: String, _ body: (tide_string) -> R) -> R {
  var text = text
  return text.withUTF8 { bytes in
    bytes.withMemoryRebound(to: CChar.self) { body(tide_string(data: $0.baseAddress, length: UInt64($0.count))) }
  }
}
