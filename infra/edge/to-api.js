// CloudFront function in front of the API: removes `/api`, which no route has, and adds the caller's address for the log of accesses.
function handler(event) {
  const request = event.request;
  request.uri = request.uri.slice("/api".length);
  // Replaces a header of this name that a caller sent. Functions trust it because of CloudFront's key, which comes with it.
  request.headers["x-viewer-address"] = { value: event.viewer.ip };
  return request;
}
