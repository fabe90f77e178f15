// Makes the keys that a client signs with, and writes them down: public.jwks and private.jwks in the folder named.
import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";

const [folder] = process.argv.slice(2);
const kinds = [["ES256", "ec", { namedCurve: "P-256" }], ["RS256", "rsa", { modulusLength: 2048 }]];
const pairs = kinds.map(([alg, type, how]) => {
  const pair = generateKeyPairSync(type, how);
  const jwk = (key) => ({ ...key.export({ format: "jwk" }), kid: alg.toLowerCase(), alg, use: "sig" });
  return { open: jwk(pair.publicKey), own: jwk(pair.privateKey) };
});
writeFileSync(`${folder}/public.jwks`, JSON.stringify({ keys: pairs.map((pair) => pair.open) }));
writeFileSync(`${folder}/private.jwks`, JSON.stringify({ keys: pairs.map((pair) => pair.own) }), { mode: 0o600 });
