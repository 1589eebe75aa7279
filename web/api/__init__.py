"""HTTP under /api/v1: one file a subject; each adds its routes to the one list that the app and the OpenAPI document are made from."""
