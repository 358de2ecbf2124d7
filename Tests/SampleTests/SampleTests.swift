enum SampleTestsPlaceholder {}
