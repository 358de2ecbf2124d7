enum ManifestTestsPlaceholder {}
