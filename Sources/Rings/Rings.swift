/// Placeholder of Rings.
enum RingsPlaceholder {}
