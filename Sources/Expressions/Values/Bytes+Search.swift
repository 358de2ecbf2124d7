import CExpressions

extension [UInt8] {
  /// Where a piece first begins, at or after a place; in time linear in both.
  func place(of piece: [UInt8], from start: Int = 0) -> Int? {
    guard start <= count else { return nil }
    return withUnsafeBufferPointer { bytes in
      piece.withUnsafeBufferPointer { piece in
        let found = tide_bytes_find(
          bytes.baseAddress.map { $0 + start }, UInt64(bytes.count - start), piece.baseAddress, UInt64(piece.count))
        return found < 0 ? nil : Int(found) + start
      }
    }
  }

  /// Where a piece last begins, at or before a place.
  func lastPlace(of piece: [UInt8], upTo last: Int) -> Int? {
    let searched = self[..<Swift.min(last + piece.count, count)]
    let found = Array(searched.reversed()).place(of: piece.reversed())
    return found.map { searched.count - piece.count - $0 }
  }
}
