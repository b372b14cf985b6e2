"""HTTP only: controllers, wire Structs, problems, pages."""
