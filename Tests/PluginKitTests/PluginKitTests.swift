enum PluginKitTestsPlaceholder {}
