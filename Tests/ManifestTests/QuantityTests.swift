import Manifest
import PluginManifest
import Testing

@Suite struct QuantityTests {
  @Test(arguments: [
    ("0", 0), ("0s", 0), ("1ns", 1), ("5us", 5_000), ("1500ms", 1_500_000_000), ("2s", 2_000_000_000),
    ("1h30m", 5_400_000_000_000),
    ("1.5s", 1_500_000_000), ("0.000000001s", 1), ("2d", 172_800_000_000_000), ("1m0.5s", 60_500_000_000),
    ("106751d", 9_223_286_400_000_000_000), ("9223372036854775807ns", Int64.max),
  ]) func `a duration is a number of nanoseconds`(text: String, nanoseconds: Int64) {
    #expect(Quantity.nanoseconds(text) == nanoseconds)
  }

  @Test(arguments: [
    "", "5", "s", "1x", "-1s", "1s1s", "1s1m", "1 s", "1.s", ".5s", "1..5s", "1.5.5s", "0.1ns", "106752d",
    "9223372036854775808ns", "1e3s", "١s",
    "1.0000000000000000000s", "1S", "1s ", "∞",
  ]) func `what is no duration is refused`(text: String) {
    #expect(Quantity.nanoseconds(text) == nil)
  }

  @Test(arguments: [
    ("0", 0), ("512", 512), ("512B", 512), ("64KiB", 65_536), ("64 KiB", 65_536), ("4MiB", 4 << 20), ("10MB", 10_000_000),
    ("1kB", 1_000),
    ("1KB", 1_000), ("1.5GiB", 1_610_612_736), ("2TiB", 2 << 40), ("1TB", 1_000_000_000_000),
  ]) func `a size is a number of bytes`(text: String, bytes: Int64) {
    #expect(Quantity.bytes(text) == bytes)
  }

  @Test(arguments: ["", "B", "1.5", "0.3B", "4M", "4mib", "-1B", "1e3", "9999999TiB", "1 2B", "KiB1"])
  func `what is no size is refused`(text: String) {
    #expect(Quantity.bytes(text) == nil)
  }

  @Test(
    arguments: [
      (0, "0s"), (1, "1ns"), (1_500_000_000, "1500ms"), (2_000_000_000, "2s"), (5_400_000_000_000, "1h30m"),
      (90_000_000_000, "1m30s"),
      (86_400_000_000_000, "1d"), (60_500_000_000, "60500ms"), (1_000_001, "1000001ns"),
    ] as [(Int64, String)]) func `a duration is written so that it reads the same`(nanoseconds: Int64, text: String)
  {
    #expect(Quantity.text(nanoseconds: nanoseconds) == text)
    #expect(Quantity.nanoseconds(text) == nanoseconds)
  }

  @Test(arguments: [(0, "0B"), (1000, "1000B"), (1024, "1KiB"), (4 << 20, "4MiB"), (3 << 40, "3TiB")] as [(Int64, String)])
  func `a size is written so that it reads the same`(bytes: Int64, text: String) {
    #expect(Quantity.text(bytes: bytes) == text)
    #expect(Quantity.bytes(text) == bytes)
  }
}
