// CloudFront function in front of an application's files: serves index.html for every path that is not a file, since those are its pages.
// web/serve.js does the same on a laptop. `files` are those that are not below `assets/` (infra/test/pages.test.ts checks it).
const files = ["/config.json", "/icon.svg"];

function handler(event) {
  const request = event.request;
  if (!request.uri.startsWith("/assets/") && !files.includes(request.uri)) request.uri = "/index.html";
  return request;
}
