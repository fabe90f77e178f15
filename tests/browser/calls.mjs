// The pages for people, in a real browser without scripts: a whole journey by its forms, in three languages, by
// keyboard, on a phone, in the dark, and from a foreign site.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { base, browser, follow, link, look, open, password, screens, text } from "./chromium.mjs";

const field = (name) => `[name="body.${name}"]`;

async function send(page, fields) {
  for (const [name, value] of Object.entries(fields)) {
    await page.$eval(field(name), (it) => { it.value = ""; });
    await page.type(field(name), value);
  }
  await follow(page, "form.call > button");
  return Number(await text(page, ".status strong"));
}

/** Register, activate, log in, look at oneself: by the forms alone. */
async function journey(settings, words) {
  const tag = `${settings.language}-${settings.width ?? 1280}-${settings.dark ? "dark" : "light"}`;
  const address = `${tag}-${Date.now()}@example.com`;
  const page = await open(settings);
  await page.goto(`${base}/`);
  assert.equal(await page.$eval("html", (it) => it.lang), settings.language);
  assert.equal(await text(page, "h1"), words.calls);
  await look(page, `index-${tag}`);

  await follow(page, 'a[href$="/auth_register"]');
  assert.equal(await text(page, "h1"), words.register);
  await look(page, `register-${tag}`);
  assert.equal(await send(page, { email: address, password: "123", re_password: "123" }), 400);
  assert.match(await text(page, ".answer"), words.short);
  await look(page, `refused-${tag}`);
  assert.equal(await page.$eval(field("password"), (it) => it.value), "", "a password is not written into a page");
  assert.equal(await send(page, { email: address, password, re_password: password }), 201);

  await page.goto(`${base}/auth/users/activation/`);
  assert.equal(await send(page, await link(address)), 204);
  await look(page, `activated-${tag}`);

  await page.goto(`${base}/auth/token/login/`);
  assert.equal(await send(page, { username: address, password }), 200);
  await look(page, `login-${tag}`);

  await page.select("#to", "auth_me_read");
  await follow(page, ".carry button");
  assert.match(await page.$eval("#credential", (it) => it.value), /^[0-9a-f]{40}$/);
  assert.equal(await send(page, {}), 200);
  assert.match(await text(page, ".answer .body"), new RegExp(address));
  assert.doesNotMatch(page.url(), /[0-9a-f]{40}/, "no token is in an address");
  assert.doesNotMatch(await text(page, ".curl"), /[0-9a-f]{40}/, "nor in the line for a shell");
  await look(page, `me-${tag}`);
  await page.close();
}

/** The same by the keyboard alone: what has the focus can be seen. */
async function keyboard() {
  const page = await open();
  await page.goto(`${base}/auth/token/login/`);
  const seen = () => page.evaluate(() => {
    const it = document.activeElement;
    return { name: it.name ?? "", tag: it.tagName, ring: getComputedStyle(it).outlineWidth, style: getComputedStyle(it).outlineStyle };
  });
  const reached = [];
  for (let presses = 0; presses < 30; presses += 1) {
    await page.keyboard.press("Tab");
    const at = await seen();
    assert.ok(at.tag === "BODY" || (at.style !== "none" && parseFloat(at.ring) >= 2), `${at.tag} ${at.name} shows no focus`);
    reached.push(at.name);
    if (at.name === "body.username") await page.keyboard.type("nobody@example.com");
    if (at.name === "body.password") await page.keyboard.type(password);
    if (at.tag === "BUTTON") break;
  }
  assert.ok(reached.includes("body.username") && reached.includes("body.password"), reached.join());
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  assert.equal(await text(page, ".status strong"), "400");
  await page.close();
}

/** A link changes the language of the very call one looks at. */
async function languages() {
  const page = await open({ language: "ko" });
  await page.goto(`${base}/auth/token/login/`);
  assert.equal(await page.$eval("html", (it) => it.lang), "ko");
  await follow(page, 'header a[hreflang="ru"]');
  assert.equal(page.url(), `${base}/pages/ru/auth_token_login`);
  assert.equal(await page.$eval("html", (it) => it.lang), "ru");
  await page.close();
}

/** A form on a foreign site makes no call. */
async function foreigner() {
  const form = `<form method="post" action="${base}/pages/en/auth_register"><input name="body.email" value="eve@example.com"><button>go</button></form>`;
  const site = createServer((_, answer) => answer.setHeader("Content-Type", "text/html").end(form));
  await new Promise((ready) => site.listen(0, "127.0.0.1", ready));
  const page = await open();
  await page.goto(`http://127.0.0.1:${site.address().port}/`);
  const [answer] = await Promise.all([page.waitForNavigation(), page.click("button")]);
  assert.equal(answer.status(), 403);
  assert.equal(await page.$(".answer"), null);
  page.complaints = page.complaints.filter((said) => !/status of 403/.test(said));
  await look(page, "foreign");
  await page.close();
  site.close();
}

const words = {
  en: { calls: "Calls", register: "Register an account", short: /This password is too short\. It must contain at least 8 characters\./ },
  ru: { calls: "Вызовы", register: "Зарегистрировать учётную запись", short: /как минимум 8 символов/ },
  ko: { calls: "호출 목록", register: "계정 등록", short: /8자 이상이어야 합니다/ },
};
try {
  for (const settings of screens([
    { language: "en" },
    { language: "ru", dark: true },
    { language: "ko" },
    { language: "en", width: 390, dark: true },
    { language: "ru", width: 390 },
    { language: "ko", width: 390, dark: true },
  ])) {
    await journey(settings, words[settings.language]);
    console.log(`ok: a journey in ${settings.language}, ${settings.width ?? 1280} wide, ${settings.dark ? "dark" : "light"}`);
  }
  for (const story of [keyboard, languages, foreigner]) {
    await story();
    console.log(`ok: ${story.name}`);
  }
} finally {
  await browser.close();
}
