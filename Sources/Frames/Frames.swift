/// Placeholder of Frames.
enum FramesPlaceholder {}
