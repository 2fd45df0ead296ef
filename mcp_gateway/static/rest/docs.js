// Calls that are tried out go to the host of this page, under whatever name it was opened.
// validatorUrl null: the default would send the document's address to an outside host.
fetch("/openapi.json")
  .then((answer) => answer.json())
  .then((document) =>
    SwaggerUIBundle({
      spec: { ...document, servers: [{ url: window.location.origin }] },
      dom_id: "#docs",
      deepLinking: true,
      docExpansion: "none",
      validatorUrl: null,
    }),
  );
