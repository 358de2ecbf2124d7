/// Placeholder of PluginKit.
enum PluginKitPlaceholder {}
