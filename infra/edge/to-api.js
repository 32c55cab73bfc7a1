// CloudFront function in front of the API: its routes know no `/api`, and its log of accesses wants the caller's own address.
function handler(event) {
  const request = event.request;
  request.uri = request.uri.slice("/api".length);
  // Whatever the caller sent under this name is replaced. Functions believe it because the key comes with it that only CloudFront knows.
  request.headers["x-viewer-address"] = { value: event.viewer.ip };
  return request;
}
