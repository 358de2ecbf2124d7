enum FilePlaceholder {}
