/// Placeholder of Runtime.
enum RuntimePlaceholder {}
