// The security headers of the apps: files of their own origin, and requests to the issuer and the bucket of images.

/**
 * Takes origins, not URLs: infra/lib/pages.ts knows parts of them only when it is deployed.
 * @param {object} origins
 * @param {string[]} origins.signIn of the OpenID Connect issuer
 * @param {string[]} origins.images of the bucket that images are uploaded to and shown from
 * @returns {Record<string, string>}
 */
export function securityHeaders({ signIn, images }) {
  const policy = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "blob:", ...images],
    "connect-src": ["'self'", ...signIn, ...images],
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
