import CTidemill

/// The version of the contract that this host was built with.
public enum PluginInterface {
  public static var minor: UInt32 { UInt32(TIDE_ABI_MINOR) }
}
