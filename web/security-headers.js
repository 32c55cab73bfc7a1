// What a browser is told to allow the apps: files of their own origin, and to talk to the issuer and the bucket of images.

/**
 * @param {object} origins
 * @param {string} origins.issuer the OpenID Connect issuer
 * @param {string | undefined} origins.images where images are uploaded to and shown from
 * @returns {Record<string, string>}
 */
export function securityHeaders({ issuer, images }) {
  const issuerOrigin = new URL(issuer).origin;
  const elsewhere = images ? [new URL(images).origin] : [];
  const policy = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "blob:", ...elsewhere],
    "connect-src": ["'self'", issuerOrigin, ...elsewhere],
    "font-src": ["'self'"],
    "manifest-src": ["'self'"],
    "base-uri": ["'none'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
  };
  return {
    "content-security-policy": Object.entries(policy)
      .map(([name, sources]) => `${name} ${sources.join(" ")}`)
      .join("; "),
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
  };
}
