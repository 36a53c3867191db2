/**
 * Builds the files that the package serves, from src/:
 *
 *     node build.mjs           writes them
 *     node build.mjs --check   fails when the committed ones are not what src/ gives
 */

import { readFile, writeFile } from "node:fs/promises";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { minify } from "terser";

const path = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));

const { outputFiles } = await build({
  entryPoints: ["onair", "onair-page", "pusherable"].map((name) => path(`src/${name}.js`)),
  outdir: path("../src/onair/static/onair"),
  banner: { js: "/*! django-onair, BSD-3-Clause */" },
  bundle: true,
  charset: "utf8",
  format: "iife",
  mangleProps: /^_/, // what is private needs no long names
  minify: true,
  target: "es2020",
  write: false,
});

/** What esbuild leaves: five parts of a hundred. */
const shorten = async (/** @type {string} */ code) => {
  const compress = { hoist_funs: true, inline: 1, keep_fargs: false, passes: 3, unsafe_arrows: true };
  return (await minify(code, { compress, ecma: 2020, format: { comments: /^!/ } })).code ?? "";
};

const current = (/** @type {string} */ file) => readFile(file, "utf8").catch(() => "");
let stale = false;
for (const { path: file, text: bundled } of outputFiles) {
  const text = await shorten(bundled);
  if ((await current(file)) === text) continue;
  const name = relative(process.cwd(), file);
  if (process.argv.includes("--check")) {
    console.error(`${name} is not what js/src gives: run "npm run build" in js/ and commit it.`);
    stale = true;
  } else {
    await writeFile(file, text);
    console.log(`${name}: ${text.length} bytes`);
  }
}
process.exitCode = stale ? 1 : 0;
