/// Placeholder of Manifest.
enum ManifestPlaceholder {}
