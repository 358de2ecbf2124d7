/// Placeholder of Engine.
enum EnginePlaceholder {}
