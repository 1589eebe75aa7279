"""OpenAPI 3.1, made from the list of routes, the table of access, the pydantic models and the documents' structs."""
