// The pages of the authorization server in a real browser without scripts: signing in, saying yes to an application and
// to a device, one's own page and signing out; in three languages, on a phone, and in the dark.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { base, browser, follow, link, look, open, password, screens, text } from "./chromium.mjs";

const GRANT = "urn:ietf:params:oauth:grant-type:device_code";
const SCOPE = "openid profile email read write";
// RFC 7636, appendix B.
const CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

async function post(path, fields) {
  const answer = await fetch(`${base}${path}`, { method: "POST", body: new URLSearchParams(fields) });
  return { status: answer.status, body: answer.status === 204 ? null : await answer.json() };
}

async function account(address) {
  const asked = await post("/auth/users/", { email: address, password, re_password: password });
  assert.equal(asked.status, 201);
  assert.equal((await post("/auth/users/activation/", await link(address))).status, 204);
}

/** A page that says no has a status that says no, which the console complains of. */
async function lookAtRefusal(page, name) {
  page.complaints = page.complaints.filter((said) => !/status of 400/.test(said));
  await look(page, name);
}

async function signIn(page, address, secret) {
  await page.$eval("#name", (it) => { it.value = ""; });
  await page.type("#name", address);
  await page.type("#password", secret);
  await follow(page, "button");
}

/** A device asks, and somebody lets it in. */
async function device(page, tag) {
  const begun = (await post("/oauth/device", { client_id: "television", scope: "read" })).body;
  const poll = () => post("/oauth/token", { grant_type: GRANT, client_id: "television", device_code: begun.device_code });
  assert.equal((await poll()).body.error, "authorization_pending");

  await page.goto(`${base}/device`);
  await page.type("#user_code", "BCDF-GHJK");
  await follow(page, "button");
  await lookAtRefusal(page, `device-unknown-${tag}`);

  await page.goto(begun.verification_uri_complete);
  assert.equal(await page.$eval("#user_code", (it) => it.value), begun.user_code);
  await look(page, `device-${tag}`);
  await follow(page, "button");
  assert.match(await text(page, "main"), new RegExp(begun.user_code));
  await look(page, `device-ask-${tag}`);
  await follow(page, 'button[value="allow"]');
  await look(page, `device-done-${tag}`);
  assert.equal((await poll()).status, 200);
}

/** An application asks, and gets its code. */
async function application(page, tag, back) {
  const query = new URLSearchParams({
    response_type: "code", client_id: "newsreader", redirect_uri: back, scope: SCOPE, state: "st4te",
    code_challenge: CHALLENGE, code_challenge_method: "S256",
  });
  await page.goto(`${base}/oauth/authorize?${query}`);
  await look(page, `consent-${tag}`);
  await follow(page, 'button[value="allow"]');
  const came = new URL(page.url());
  assert.equal(`${came.origin}${came.pathname}`, landed(), "it is led on by what it leads to");
  assert.deepEqual([came.searchParams.get("state"), came.searchParams.get("iss")], ["st4te", base]);
  assert.match(came.searchParams.get("code"), /^cac_/);
}

async function journey(settings, title, back) {
  const tag = `${settings.language}-${settings.width ?? 1280}-${settings.dark ? "dark" : "light"}`;
  const address = `pages-${tag}-${Date.now()}@example.com`;
  await account(address);
  const context = await browser.createBrowserContext();
  const page = await open({ ...settings, context });

  await page.goto(`${base}/account`);
  assert.equal(await page.$eval("html", (it) => it.lang), settings.language);
  await look(page, `sign-in-${tag}`);
  await signIn(page, address, "not-the-password");
  await lookAtRefusal(page, `sign-in-wrong-${tag}`);
  await signIn(page, address, password);
  assert.equal(page.url(), `${base}/account`);
  assert.equal(await text(page, "h1"), title);
  await look(page, `account-empty-${tag}`);

  await device(page, tag);
  await application(page, tag, back);

  await page.goto(`${base}/account`);
  const apps = () => page.$$eval(".app h3", (found) => found.map((it) => it.textContent).sort());
  assert.deepEqual(await apps(), ["Living room television", "Newsreader"]);
  await look(page, `account-${tag}`);
  await follow(page, ".app button");
  assert.equal((await apps()).length, 1);

  await follow(page, 'a[href$="/oauth/logout"]');
  await look(page, `sign-out-${tag}`);
  await follow(page, "button");
  await look(page, `signed-out-${tag}`);
  await page.goto(`${base}/account`);
  assert.equal(new URL(page.url()).pathname, "/account/sign-in");

  await page.goto(`${base}/oauth/authorize?response_type=code&client_id=nobody`);
  await lookAtRefusal(page, `error-${tag}`);
  await context.close();
}

/** A page of another site sends somebody here to sign out: they are asked, and stay signed in. */
async function foreignSignOut() {
  const address = `foreign-${Date.now()}@example.com`;
  await account(address);
  const page = await open({ context: await browser.createBrowserContext() });
  await page.goto(`${base}/account`);
  await signIn(page, address, password);
  await page.goto(landed("sign-out"));
  await follow(page, "button");
  assert.equal(await text(page, "h1"), "Sign out");
  assert.match(await text(page, "main"), new RegExp(address));
  await page.goto(`${base}/account`);
  assert.equal(page.url(), `${base}/account`);
}

// The application lives at one origin, and the page to which its own leads on at another.
const landed = (path = "landed") => `http://localhost:${site.address().port}/${path}`;
const site = createServer((asked, answer) => {
  if (asked.url.startsWith("/back")) return answer.writeHead(302, { Location: asked.url.replace(/^\/back/, landed()) }).end();
  const form = `<form method="post" action="${base}/oauth/logout"><input name="client_id" value="newsreader"><button>go</button></form>`;
  answer.setHeader("Content-Type", "text/html").end(`<!doctype html><title>Back</title>${form}`);
});
await new Promise((ready) => site.listen(0, ready));
const back = `http://127.0.0.1:${site.address().port}/back`;
const titles = { en: "Your account", ru: "Ваша учётная запись", ko: "내 계정" };
try {
  for (const settings of screens([
    { language: "en" },
    { language: "ru", dark: true },
    { language: "ko" },
    { language: "en", width: 390, dark: true },
    { language: "ru", width: 390 },
    { language: "ko", width: 390, dark: true },
  ])) {
    await journey(settings, titles[settings.language], back);
    console.log(`ok: signing in in ${settings.language}, ${settings.width ?? 1280} wide, ${settings.dark ? "dark" : "light"}`);
  }
  await foreignSignOut();
  console.log("ok: another site signs nobody out");
} finally {
  site.close();
  await browser.close();
}
