/// Write a Tidemill plugin in Swift: `Operator`, `Source` or `Sink`, a `Component` that describes it, one export line.
///
/// The contract itself (`include/tidemill`) and the readers and builders of frames come with this module.
@_exported import CTidemill
@_exported import Frames
