"""The page of the REST interface, made from the OpenAPI document."""
