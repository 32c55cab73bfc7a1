// The two applications that people open in a browser.

/** Their names, which are also the names of their folders in `web/dist` and in the bucket of pages. */
export const APPS = ["portal", "clinic"] as const;
export type App = (typeof APPS)[number];
