// What every test needs: a clean page, and no request that the test did not expect.
import { cleanup } from "@testing-library/react";
import { afterAll, afterEach, beforeAll } from "vitest";
import { server } from "./support/server.ts";

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => {
  cleanup();
  server.resetHandlers();
  sessionStorage.clear();
  localStorage.clear();
});
afterAll(() => server.close());

// What jsdom has no layout for.
globalThis.ResizeObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
globalThis.CSS = { escape: (text: string) => text.replaceAll(/[^\w-]/g, "\\$&") } as typeof CSS;
URL.createObjectURL = () => "blob:preview";
URL.revokeObjectURL = () => undefined;
HTMLElement.prototype.scrollTo = () => undefined;
// The virtual list measures its scroller: here it is as high as a telephone.
Object.defineProperty(HTMLElement.prototype, "clientHeight", {
  configurable: true,
  get(this: HTMLElement) {
    return this.classList.contains("rows") ? 640 : 0;
  },
});
