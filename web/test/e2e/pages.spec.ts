// Each page and state of both apps, in phone and desktop size, light and dark: no violation of axe's rules, no sideways scrolling
// at 320 pixels, targets large enough to touch, and a picture in `screenshots/pages`.
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { PLACES } from "./places.ts";
import { expect, test } from "./support/fixtures.ts";

const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } };
const COLOURS = ["light", "dark"] as const;
/** WCAG 2.2 at A and AA with its earlier versions, and axe's best practices. */
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/** Of these, the ones that look at colours. */
const COLOUR_RULES = ["color-contrast", "link-in-text-block"];
/** WCAG 2.2, 2.5.8 Target Size (Minimum). */
const SMALLEST_TARGET = 24;
/** WCAG 2.1, 1.4.10 Reflow. */
const NARROWEST = 320;

for (const place of PLACES) {
  test(place.name, async ({ opened, signedIn }) => {
    const visit = { path: (await place.path?.()) ?? "/", browser: { locale: place.language ?? "en-US" } };
    const page = place.who === "portal" || place.who === "clinic" ? await opened(place.who, visit) : await signedIn(place.who, visit);
    await place.then?.(page);
    await expect(place.shows(page)).toBeVisible();
    for (const [size, viewport] of Object.entries(SIZES)) {
      await page.setViewportSize(viewport);
      for (const colorScheme of COLOURS) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await page.screenshot({ path: `screenshots/pages/${place.name}-${size}-${colorScheme}.png`, animations: "disabled" });
        // In dark, only what depends on colours can be different.
        const axe = colorScheme === "light" ? new AxeBuilder({ page }).withTags(RULES) : new AxeBuilder({ page }).withRules(COLOUR_RULES);
        expect.soft(await complaints(axe), `axe: ${size}, ${colorScheme}`).toEqual([]);
      }
      expect.soft(await smallTargets(page), `targets: ${size}`).toEqual([]);
    }
    if (place.aria !== undefined) {
      await expect.soft(page.locator("body")).toMatchAriaSnapshot(place.aria);
    }
    await page.setViewportSize({ width: NARROWEST, height: 640 });
    await expect.soft(place.shows(page), `at ${NARROWEST} pixels`).toBeVisible();
    expect.soft(await scrolledSideways(page), `at ${NARROWEST} pixels`).toEqual([]);
  });
}

async function complaints(axe: AxeBuilder): Promise<string[]> {
  // The legacy mode skips frames of other origins, of which there are none, and takes half the time.
  const { violations } = await axe.setLegacyMode(true).analyze();
  return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`);
}

/** Elements that can be scrolled sideways: the page, or a part of it. */
function scrolledSideways(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll("*")]
      .filter((element) => {
        const { overflowX } = getComputedStyle(element);
        const scrolls = element === document.documentElement || overflowX === "auto" || overflowX === "scroll";
        return scrolls && element.clientWidth > 1 && element.scrollWidth > element.clientWidth;
      })
      .map((element) => `${element.tagName}.${element.className}: ${element.scrollWidth} in ${element.clientWidth}`),
  );
}

/** Targets that are too small. */
function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate((smallest) => {
    const small = [];
    for (const element of document.querySelectorAll<HTMLElement>("a[href], button, input, select, textarea")) {
      const target = element.closest("label") ?? element;
      const { width, height } = target.getBoundingClientRect();
      // What has no tab stop is for screen readers: React Aria's second close button of a dialog.
      const hidden = !element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) || element.tabIndex < 0;
      if (!hidden && width > 1 && (width < smallest || height < smallest)) {
        small.push(`${element.outerHTML.slice(0, 100)}: ${Math.round(width)} x ${Math.round(height)}`);
      }
    }
    return small;
  }, SMALLEST_TARGET);
}
