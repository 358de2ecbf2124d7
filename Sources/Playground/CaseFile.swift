/// Answers the cases of a file, line by line, whatever a line holds.
public enum CaseFile {
  /// Reads cases from a descriptor and gives one answer for each line that is not blank, as JSON without an end of line. The
  /// result is 0, or the number of the error when reading fails.
  public static func answer(_ descriptor: Int32, isStrict: Bool, pause: () -> Void, _ write: (String) -> Void) -> Int32 {
    JsonLines().read(descriptor, pause: pause) { line in
      switch line {
      case .broken(let reason):
        var json = JsonText()
        json.write(error: reason)
        write(json.string)
      case .object(let object):
        do throws(NotationError) {
          write(try Case(object, isStrict: isStrict).answer())
        } catch {
          var json = JsonText()
          json.write(error: error.message)
          write(json.string)
        }
      }
    }
  }
}
