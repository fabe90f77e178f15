// Headless Chromium as the stories here use it: pages without scripts, and what is wrong with how they look.
//
//   node STORY.mjs BASE_URL MAIL_DIR [SHOTS_DIR]
import assert from "node:assert/strict";
import { mkdir, readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import axe from "axe-core";
import puppeteer from "puppeteer-core";

export const [base, mail, shots] = process.argv.slice(2);
export const password = "dormouse-teapot-42";
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const args = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"];
export const browser = await puppeteer.launch({ executablePath, args });
if (shots) await mkdir(shots, { recursive: true });

/** Every language on every screen, light and dark, where pictures are wanted; else the few that are named. */
export function screens(few) {
  if (!shots) return few;
  const all = [];
  for (const language of ["en", "ru", "ko"]) {
    for (const width of [1280, 390]) all.push({ language, width }, { language, width, dark: true });
  }
  return all;
}

/** A page without scripts; whatever its policy blocks or breaks is a failure. */
export async function open({ width = 1280, height = 900, dark = false, language = "en", context = browser } = {}) {
  const page = await context.newPage();
  page.complaints = [];
  page.on("console", (said) => said.type() === "error" && page.complaints.push(said.text()));
  page.on("requestfailed", (lost) => page.complaints.push(`${lost.url()}: ${lost.failure()?.errorText}`));
  await page.setJavaScriptEnabled(false);
  await page.setViewport({ width, height, isMobile: width < 500, hasTouch: width < 500, deviceScaleFactor: 1 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }]);
  await page.setExtraHTTPHeaders({ "Accept-Language": language });
  return page;
}

export const text = (page, selector) => page.$eval(selector, (it) => it.textContent.trim());

export async function follow(page, selector) {
  await Promise.all([page.waitForNavigation(), page.click(selector)]);
}

/** The parts of a letter, decoded. */
function decoded(letter) {
  const parts = letter.split(/\r?\n--/).map((part) => {
    const [head, ...body] = part.split(/\r?\n\r?\n/);
    const text = body.join("\n\n");
    return /base64/i.test(head) ? Buffer.from(text, "base64").toString() : text.replace(/=\r?\n/g, "");
  });
  return parts.join("\n");
}

/** The `uid` and the `token` of the link in the letter to that address, which leads to that path. */
export async function link(address, path = "/auth/activate") {
  for (let tries = 0; tries < 100; tries += 1) {
    for (const name of (await readdir(mail)).filter((name) => name.endsWith(".eml"))) {
      const letter = await readFile(join(mail, name), "utf8");
      const found = decoded(letter).match(new RegExp(`${path}/([A-Za-z0-9_-]+)/([A-Za-z0-9_-]+)`));
      if (letter.includes(address) && found) return { uid: found[1], token: found[2] };
    }
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`no letter to ${address}`);
}

/** What is wrong with how a page looks: text that is too faint, boxes that stick out, fields without a label. */
const faults = () => {
  const luminance = (c) => {
    const [r, g, b] = c.map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const colour = (text) => text.match(/[\d.]+/g).map(Number);
  const ground = (it) => {
    for (let at = it; at; at = at.parentElement) {
      const [r, g, b, a = 1] = colour(getComputedStyle(at).backgroundColor);
      if (a > 0) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const ratio = (one, other) => {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const wrong = [];
  for (const it of document.querySelectorAll("body *")) {
    const seen = it.getClientRects().length > 0;
    const own = [...it.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (seen && own) {
      const contrast = ratio(colour(getComputedStyle(it).color).slice(0, 3), ground(it));
      if (contrast < 4.5) wrong.push(`${it.tagName} "${it.textContent.slice(0, 30)}": ${contrast.toFixed(2)}`);
    }
    if (it.matches("input:not([type=hidden]), select, textarea")) {
      if (!it.labels.length) wrong.push(`${it.name} has no label`);
      const edge = ratio(colour(getComputedStyle(it).borderTopColor).slice(0, 3), ground(it.parentElement));
      if (edge < 3) wrong.push(`${it.name}: its border ${edge.toFixed(2)}`);
    }
    if (it.matches("button, select, input:not([type=hidden])") && it.getBoundingClientRect().height < 43) {
      wrong.push(`${it.tagName} ${it.name}: too small for a finger`);
    }
  }
  if (document.documentElement.scrollWidth > innerWidth) wrong.push(`it is ${document.documentElement.scrollWidth} wide`);
  return wrong;
};

/** What axe-core calls serious or critical, with the rule that says why. Its own script needs scripts for that long. */
async function violations(page) {
  await page.setJavaScriptEnabled(true);
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => (await globalThis.axe.run(document, { resultTypes: ["violations"] })).violations);
  await page.setJavaScriptEnabled(false);
  return found
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" ")}`);
}

export async function look(page, name) {
  if (shots) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
  assert.deepEqual(await page.evaluate(faults), [], name);
  assert.deepEqual(await violations(page), [], name);
  assert.deepEqual(page.complaints, [], name);
}
