// The pages that lead to an account, in a real browser without scripts: registering for an application, by the letter and
// back to it; a forgotten password; and a provider's button.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { base, browser, follow, link, look, open, password, screens, text } from "./chromium.mjs";

// RFC 7636, appendix B.
const CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/** A page that says no has a status that says no, which the console complains of. */
async function lookAtRefusal(page, name) {
  page.complaints = page.complaints.filter((said) => !/status of 400/.test(said));
  await look(page, name);
}

/** The sandbox has no icon, of which the console complains. */
function forgetSandbox(page) {
  page.complaints = page.complaints.filter((said) => !/status of 404/.test(said));
}

async function type(page, fields) {
  for (const [name, value] of Object.entries(fields)) {
    await page.$eval(`#${name}`, (it) => { it.value = ""; });
    await page.type(`#${name}`, value);
  }
  await follow(page, "button");
}

const has = async (page, selector) => (await page.$(selector)) !== null;

/** An application asks for somebody whose language it knows. */
async function begin(page, back, language) {
  const query = new URLSearchParams({
    response_type: "code", client_id: "newsreader", redirect_uri: back, scope: "openid email", state: "st4te",
    code_challenge: CHALLENGE, code_challenge_method: "S256", ui_locales: `fr ${language}`,
  });
  await page.goto(`${base}/oauth/authorize?${query}`);
  assert.equal(await page.$eval("html", (it) => it.lang), language);
}

/** Somebody says yes, and the application has its code. */
async function allow(page, back) {
  await follow(page, 'button[value="allow"]');
  const came = new URL(page.url());
  assert.equal(`${came.origin}${came.pathname}`, back);
  assert.equal(came.searchParams.get("state"), "st4te");
  assert.match(came.searchParams.get("code"), /^cac_/);
}

async function registering(page, address, tag, back, language) {
  await begin(page, back, language);
  await follow(page, 'a[href*="/account/register"]');
  await look(page, `register-${tag}`);
  const twice = await has(page, "#re_password");
  const typed = (secret) => ({ email: address, password: secret, ...(twice && { re_password: secret }) });
  await type(page, typed("12345678"));
  await lookAtRefusal(page, `register-wrong-${tag}`);
  await type(page, typed(password));
  await look(page, `registered-${tag}`);
  await follow(page, 'a[href*="/account/resend"]');
  await look(page, `resend-${tag}`);
  await type(page, { email: address });
  await look(page, `resent-${tag}`);

  const { uid, token } = await link(address);
  await page.goto(`${base}/auth/activate/${uid}/${token}`);
  await look(page, `activate-${tag}`);
  await follow(page, "button");
  assert.equal(new URL(page.url()).pathname, "/account/done");
  await look(page, `activated-${tag}`);
  await follow(page, "a.button");
  await type(page, { name: address, password });
  await allow(page, back);

  await page.goto(`${base}/auth/activate/${uid}/${token}`);
  await follow(page, "button");
  await lookAtRefusal(page, `link-used-${tag}`);
}

async function forgetting(page, address, tag) {
  await page.goto(`${base}/account/forgot`);
  await look(page, `forgot-${tag}`);
  await type(page, { email: address });
  await look(page, `forgotten-${tag}`);
  const { uid, token } = await link(address, "/auth/password/reset/confirm");
  await page.goto(`${base}/auth/password/reset/confirm/${uid}/${token}`);
  await look(page, `new-password-${tag}`);
  const twice = await has(page, "#re_new_password");
  const typed = (secret) => ({ new_password: secret, ...(twice && { re_new_password: secret }) });
  await type(page, typed("12345678"));
  await lookAtRefusal(page, `new-password-wrong-${tag}`);
  await type(page, typed("walrus-carpenter-9"));
  await look(page, `password-set-${tag}`);
  await follow(page, "a.button");
  await type(page, { name: address, password: "walrus-carpenter-9" });
  assert.equal(page.url(), `${base}/account`);
}

async function provider(page, name, back, tag, language) {
  await begin(page, back, language);
  await follow(page, `a[href*="/account/providers/${name}"]`);
  await follow(page, 'a[href$="login_hint=denied"]');
  forgetSandbox(page);
  assert.equal(new URL(page.url()).pathname, "/account/sign-in");
  await look(page, `denied-${name}-${tag}`);
  await follow(page, `a[href*="/account/providers/${name}"]`);
  await follow(page, 'a[href$="login_hint=ok-2"]');
  forgetSandbox(page);
  assert.equal(new URL(page.url()).pathname, "/account/consent");
  await allow(page, back);
}

async function journey(settings, back) {
  const { language } = settings;
  const tag = `page-${language}-${settings.width ?? 1280}-${settings.dark ? "dark" : "light"}`;
  const address = `doors-${tag}-${Date.now()}@example.com`;
  const fresh = async () => open({ ...settings, context: await browser.createBrowserContext() });
  // Whose browser speaks another language: the application's wish is what counts.
  const page = await open({ ...settings, language: "en", context: await browser.createBrowserContext() });
  await registering(page, address, tag, back, language);
  await forgetting(await fresh(), address, tag);
}

const site = createServer((_, answer) => answer.setHeader("Content-Type", "text/html").end("<!doctype html><title>Back</title>"));
await new Promise((ready) => site.listen(0, "127.0.0.1", ready));
const back = `http://127.0.0.1:${site.address().port}/back`;
try {
  for (const settings of screens([
    { language: "en" },
    { language: "ru", dark: true },
    { language: "ko", width: 390 },
    { language: "en", width: 390, dark: true },
    { language: "ru", width: 390 },
  ])) {
    await journey(settings, back);
    console.log(`ok: an account in ${settings.language}, ${settings.width ?? 1280} wide, ${settings.dark ? "dark" : "light"}`);
  }
  for (const [name, language, width] of [["google-oauth2", "en", 1280], ["yandex-oauth2", "ru", 390], ["vk-oauth2", "ko", 390]]) {
    const page = await open({ width, context: await browser.createBrowserContext() });
    await provider(page, name, back, `${language}-${width}`, language);
    console.log(`ok: signing in by ${name}`);
  }
} finally {
  site.close();
  await browser.close();
}
