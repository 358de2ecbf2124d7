/// Placeholder of PluginHost.
enum PluginHostPlaceholder {}
