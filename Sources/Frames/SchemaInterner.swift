import CHost

/// The schemas that one peer has sent, under their identities: at most 4096 of them, and 16 MiB.
///
/// Readers look names up once per identity, so a peer must not send other columns under one that it used before. Columns are
/// compared byte for byte; a frame that lies breaks rule 36. Not thread-safe.
public final class SchemaInterner {
  package let core: OpaquePointer

  public init() {
    guard let core = tide_interner_create() else { fatalError("memory ran out") }
    self.core = core
  }

  deinit { tide_interner_destroy(core) }

  /// Schemas kept so far.
  public var count: Int { Int(tide_interner_count(core)) }
}
