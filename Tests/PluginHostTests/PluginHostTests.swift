enum PluginHostTestsPlaceholder {}
