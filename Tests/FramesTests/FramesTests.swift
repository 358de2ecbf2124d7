enum FramesTestsPlaceholder {}
