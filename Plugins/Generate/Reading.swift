import Glibc
import PluginKit

/// A quantity that a sensor or a host measures: a sine with noise on it, rarely far off.
struct Quantity {
  let type: String
  let unit: String
  let mean, amplitude, noise: Double
  let periodSeconds: Double
  let range: ClosedRange<Double>
  /// Values come out as multiples of 1 / scale.
  let scale: Double

  /// The value at an event time, for one of the sources: each has its own phase and level.
  func value(at seconds: Double, source: Int, isOutlier: Bool, _ random: inout SplitMix) -> Double {
    let phase = Double(source % 97) / 97
    let level = mean + amplitude * 0.2 * Double(source % 11 - 5)
    var value = level + amplitude * sin(2 * .pi * (seconds / periodSeconds + phase)) + noise * random.normal()
    if isOutlier { value += (random.next() & 1 == 0 ? 1 : -1) * amplitude * (6 + 6 * random.unit()) }
    return (min(max(value, range.lowerBound), range.upperBound) * scale).rounded() / scale
  }

  /// What sensors in a factory hall measure.
  static let sensors = [
    Quantity(
      type: "temperature", unit: "°C", mean: 22, amplitude: 4, noise: 0.3, periodSeconds: 600, range: -60...400, scale: 100),
    Quantity(type: "humidity", unit: "%", mean: 45, amplitude: 6, noise: 0.8, periodSeconds: 900, range: 0...100, scale: 10),
    Quantity(
      type: "pressure", unit: "hPa", mean: 1013, amplitude: 5, noise: 0.3, periodSeconds: 1800, range: 300...1100, scale: 100),
    Quantity(
      type: "vibration", unit: "mm/s", mean: 2.5, amplitude: 0.5, noise: 0.1, periodSeconds: 120, range: 0...100, scale: 1000),
  ]

  /// What an agent on every host of a fleet reports.
  static let metrics = [
    Quantity(type: "cpu", unit: "%", mean: 40, amplitude: 12, noise: 3, periodSeconds: 300, range: 0...100, scale: 10),
    Quantity(type: "memory", unit: "%", mean: 60, amplitude: 5, noise: 0.5, periodSeconds: 1200, range: 0...100, scale: 10),
    Quantity(type: "load", unit: "1", mean: 2, amplitude: 0.7, noise: 0.1, periodSeconds: 300, range: 0...512, scale: 100),
    Quantity(type: "disk", unit: "B/s", mean: 8e6, amplitude: 2e6, noise: 4e5, periodSeconds: 240, range: 0...4e9, scale: 1),
    Quantity(
      type: "network", unit: "B/s", mean: 3e7, amplitude: 8e6, noise: 1e6, periodSeconds: 180, range: 0...1.25e9, scale: 1),
  ]
}
