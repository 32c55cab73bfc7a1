// Drafts: kept across reloads, deleted at sign-out, separate for each user, and kept when the browser refuses storage.
import { expect, test, vi } from "vitest";
import { Drafts, EMPTY_DRAFT } from "../../src/conversation/Drafts.ts";
import { forgetTab, TabStore } from "../../src/session/TabStore.ts";

const draftsOf = (user: string) => new Drafts(new TabStore(sessionStorage, user));
const draft = { text: "Is 5.3 too high?", images: [{ id: "i", name: "photo.jpg" }] };

test("a draft is there after a reload, per conversation", () => {
  draftsOf("patient-a").set("one", draft);
  expect(draftsOf("patient-a").get("one")).toEqual(draft);
  expect(draftsOf("patient-a").get("two")).toBe(EMPTY_DRAFT);
});

test("an emptied draft leaves nothing", () => {
  draftsOf("patient-a").set("one", draft);
  draftsOf("patient-a").set("one", { text: "", images: [] });
  expect(sessionStorage).toHaveLength(0);
});

test("the sign-out deletes it; what is not ours stays", () => {
  sessionStorage.setItem("other", "1");
  draftsOf("patient-a").set("one", draft);
  forgetTab(sessionStorage);
  expect(sessionStorage).toHaveLength(1);
  expect(draftsOf("patient-a").get("one")).toBe(EMPTY_DRAFT);
});

test("another user in the same tab finds nothing, and nothing is left for the first one", () => {
  draftsOf("patient-a").set("one", draft);
  expect(draftsOf("patient-b").get("one")).toBe(EMPTY_DRAFT);
  expect(draftsOf("patient-a").get("one")).toBe(EMPTY_DRAFT);
});

test("a full storage does not lose a draft while the page lives", () => {
  vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
    throw new DOMException("full", "QuotaExceededError");
  });
  const drafts = draftsOf("patient-a");
  drafts.set("one", draft);
  expect(drafts.get("one")).toEqual(draft);
});

test.each(["nonsense", "[]", "null", '{"text": 5, "images": []}'])("a stored value that is not a draft (%s) is ignored", (text) => {
  sessionStorage.setItem("messaging:patient-a:draft:one", text);
  expect(draftsOf("patient-a").get("one")).toBe(EMPTY_DRAFT);
});
