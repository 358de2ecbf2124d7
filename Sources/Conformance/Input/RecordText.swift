import Formats
import Glibc
import PluginManifest

/// Records for sources that read files: the same rows in the format that the configuration asks for.
enum RecordText {
  static let rows = 200

  /// Writes the input file into the working directory.
  static func write(_ config: ConfigValue, to path: String) {
    guard let file = fopen(path, "w") else { return }
    defer { fclose(file) }
    var text = ""
    let isCsv = config["format"] == .string("csv")
    if isCsv, config["columns"] == nil { text += "id,time,key,value,name\n" }
    for row in 0..<rows {
      let time = "2026-01-01T00:00:\(row % 60 < 10 ? "0" : "")\(row % 60)Z"
      let (key, value) = ("k\(row % 5)", Double(row % 37) * 1.5)
      text +=
        isCsv
        ? "\(row),\(time),\(key),\(value),n\(row)\n"
        : "{\"id\":\(row),\"time\":\"\(time)\",\"key\":\"\(key)\",\"value\":\(value),\"name\":\"n\(row)\"}\n"
    }
    fputs(text, file)
  }
}
