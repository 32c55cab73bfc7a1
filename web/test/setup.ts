// What every test needs: a clean page, no unexpected request, and none that differs from openapi.json.
import { cleanup } from "@testing-library/react";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { violations } from "./support/fake-api.ts";
import { server } from "./support/server.ts";

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => {
  cleanup();
  server.resetHandlers();
  sessionStorage.clear();
  localStorage.clear();
  expect(violations.splice(0)).toEqual([]);
});
afterAll(() => server.close());

// jsdom has no layout, so it lacks these.
globalThis.ResizeObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
globalThis.CSS = { escape: (text: string) => text.replaceAll(/[^\w-]/g, "\\$&") } as typeof CSS;
URL.createObjectURL = () => "blob:preview";
URL.revokeObjectURL = () => undefined;
HTMLElement.prototype.scrollTo = () => undefined;
// The virtual list measures its scroller: here it is as high as a phone.
Object.defineProperty(HTMLElement.prototype, "clientHeight", {
  configurable: true,
  get(this: HTMLElement) {
    return this.classList.contains("rows") ? 640 : 0;
  },
});
