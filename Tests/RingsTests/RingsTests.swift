enum RingsTestsPlaceholder {}
