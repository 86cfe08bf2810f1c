// The documentation of the REST API: Swagger UI over the schema of this very studio.

const place = document.getElementById("docs");

window.SwaggerUIBundle({
  domNode: place,
  url: place.dataset.schema,
  deepLinking: true,
  docExpansion: "list",
  filter: true,
  defaultModelsExpandDepth: -1,
  validatorUrl: null,
});
