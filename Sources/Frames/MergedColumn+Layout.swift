import CTidemill

/// A merged column in the frame that is written.
extension MergedColumn {
  /// Descriptors that the column takes beside its own: of dictionaries and of the columns inside it.
  var extraDescriptors: Int {
    let own = encoding == .dictionary || type == .variant ? 1 : 0
    return children.reduce(own + children.count) { $0 + $1.extraDescriptors }
  }

  /// Lays out the column's buffers and completes descriptor `index`; further descriptors go behind those that are there.
  func place(_ table: inout [tide_column], _ index: Int, names: Int, _ layout: inout FrameLayout) {
    var descriptor = template
    descriptor.enc = encoding.rawValue
    descriptor.len = UInt32(rows)
    descriptor.nulls = UInt32(nulls)
    descriptor.valid = nulls > 0 ? layout.place(copying: validity) : 0
    descriptor.name = template.name_len == 0 ? 0 : template.name + UInt32(names)
    descriptor.parent = table[index].parent
    descriptor.dict = UInt16(TIDE_NONE_COLUMN)
    (descriptor.data, descriptor.data_len, descriptor.heap, descriptor.heap_len) = (0, 0, 0, 0)
    placeValues(&descriptor, &layout)
    if encoding == .dictionary {
      descriptor.dict = UInt16(table.count)
      table.append(dictionary.place(type, parameter: template.param, width: width, &layout))
    } else if type == .variant {
      descriptor.dict = UInt16(table.count)
      table.append(keys.place(&layout))
    }
    placeChildren(&descriptor, &table, index, names: names, &layout)
    table[index] = descriptor
  }

  private func placeValues(_ descriptor: inout tide_column, _ layout: inout FrameLayout) {
    if type == .structure { return }
    // Without rows, which the column inside empty lists may be, there is still the first offset.
    if data.count == 0, type.hasHeap || type == .list { data.append(repeating: Int32(0), count: 1) }
    descriptor.data = layout.place(copying: data)
    descriptor.data_len = UInt32(data.count)
    guard type.hasHeap, encoding != .dictionary else { return }
    descriptor.heap = layout.place(copying: heap)
    descriptor.heap_len = UInt32(heap.count)
  }

  private func placeChildren(
    _ descriptor: inout tide_column, _ table: inout [tide_column], _ index: Int, names: Int, _ layout: inout FrameLayout
  ) {
    descriptor.nchild = UInt16(children.count)
    descriptor.first_child = children.isEmpty ? 0 : UInt16(table.count)
    let first = table.count
    for child in children {
      var inner = child.template
      inner.parent = UInt16(index)
      table.append(inner)
    }
    for (place, child) in children.enumerated() { child.place(&table, first + place, names: names, &layout) }
  }
}

extension FrameLayout {
  mutating func place(copying store: ByteStore) -> UInt32 { place(copying: store.base, store.count) }
}

extension tide_column {
  /// A descriptor behind those of the event's columns, without a name.
  static func behind(_ type: ColumnType) -> tide_column {
    var column = tide_column()
    column.type = type.rawValue
    column.role = UInt8(TIDE_NONE_ROLE)
    column.dict = UInt16(TIDE_NONE_COLUMN)
    column.parent = UInt16(TIDE_NONE_COLUMN)
    return column
  }
}
