// CloudFront function in front of an application's files: a path that names none of them is a place of the application.
// web/serve.js does the same on a laptop. `files` is what stands beside `assets/` (infra/test/pages.test.ts checks it).
const files = ["/config.json", "/icon.svg"];

function handler(event) {
  const request = event.request;
  if (!request.uri.startsWith("/assets/") && !files.includes(request.uri)) request.uri = "/index.html";
  return request;
}
