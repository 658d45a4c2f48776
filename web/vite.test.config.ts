// Bundles the unit tests for Node, one file a test, into a folder that is never committed; `npm test` then runs them.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vite";

const TESTS = join(import.meta.dirname, "test");

export default defineConfig({
  build: {
    ssr: true,
    outDir: "node_modules/.test",
    emptyOutDir: true,
    target: "node20",
    rolldownOptions: { input: readdirSync(TESTS).filter((name) => name.endsWith(".test.ts")).map((name) => join(TESTS, name)) },
  },
});
