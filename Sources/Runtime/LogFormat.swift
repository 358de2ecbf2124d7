/// How lines of the log are written.
public enum LogFormat: String, Sendable, CaseIterable {
  case text, json, logfmt
}

/// When output is coloured.
public enum ColorChoice: String, Sendable, CaseIterable {
  case auto, always, never
}
