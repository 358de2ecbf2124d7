enum StdioPlaceholder {}
