enum GeneratePlaceholder {}
