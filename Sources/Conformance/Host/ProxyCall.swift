import CTidemill

/// A call of the plugin's that is in progress, and what it has done so far.
struct ProxyCall {
  /// A function of the component's table.
  enum Name: String {
    case create, restore, open, process, poll, watermark = "on_watermark", timer = "on_timer", flush, snapshot, reconfigure
    case close, destroy, `extension`

    /// Options may be read.
    var isControl: Bool { [.create, .restore, .open, .reconfigure, .close, .destroy].contains(self) }
    var hasOutput: Bool { [.process, .poll, .watermark, .timer, .flush].contains(self) }
    var setsTimers: Bool { hasOutput || self == .open || self == .restore }

    /// Statuses that are no error and that the call may answer.
    func allows(_ status: tide_status, isSource: Bool) -> Bool {
      switch status {
      case TIDE_OK: true
      case TIDE_MORE: hasOutput
      case TIDE_IDLE, TIDE_END: self == .poll
      case TIDE_E_CONFIG, TIDE_E_FATAL, TIDE_E_UNSUPPORTED, TIDE_E_CANCELLED, TIDE_E_STATE: true
      case TIDE_E_RETRY: hasOutput || self == .open
      default: false
      }
    }
  }

  let name: Name
  /// Unique in the instance's life.
  let number: Int
  let thread: Int32
  /// What `process` was given.
  var batch: UnsafePointer<tide_batch>?
  /// Rows that left or were rejected, frames that were committed.
  var effects = 0
  /// The host has answered that the pipeline is stopping.
  var isCancelled = false
  /// What the plugin said through `fail`.
  var failures: [(code: tide_status, text: String)] = []
  /// Errors that the host has answered: whoever passes one on need not explain it.
  var answered: Set<tide_status> = []
}

/// What `tide_output *` points to: one for each call, and none is used twice.
struct ProxyOutput {
  var host: Unmanaged<ProxyHost>
  var call: Int
}

extension String {
  /// A copy of a borrowed text, of which a part is enough for a report.
  init(borrowed text: tide_string) {
    self = String(
      decoding: UnsafeRawBufferPointer(start: text.data, count: text.data == nil ? 0 : Int(text.length)), as: UTF8.self)
  }
}

/// The word for a status, as plugin.h has it.
func statusName(_ status: tide_status) -> String {
  switch status {
  case TIDE_OK: "TIDE_OK"
  case TIDE_MORE: "TIDE_MORE"
  case TIDE_IDLE: "TIDE_IDLE"
  case TIDE_END: "TIDE_END"
  case TIDE_E_CONFIG: "TIDE_E_CONFIG"
  case TIDE_E_RETRY: "TIDE_E_RETRY"
  case TIDE_E_FATAL: "TIDE_E_FATAL"
  case TIDE_E_UNSUPPORTED: "TIDE_E_UNSUPPORTED"
  case TIDE_E_STATE: "TIDE_E_STATE"
  case TIDE_E_CANCELLED: "TIDE_E_CANCELLED"
  default: "the unknown status \(status)"
  }
}
