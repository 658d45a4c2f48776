// Builds the console into `dist`: hashed names below `assets/`, and a packed twin of whatever gets shorter by it.

import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

const DIST = join(import.meta.dirname, "dist");

/** Empties the folder but for what is in the repository, and packs what was built. */
function pack(): Plugin {
  return {
    name: "pack",
    apply: "build",
    buildStart() {
      const old = readdirSync(DIST).filter((name) => name !== ".gitignore");
      old.forEach((name) => rmSync(join(DIST, name), { recursive: true }));
    },
    closeBundle() {
      const files = readdirSync(DIST, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
      let total = 0;
      for (const { parentPath, name } of files.filter((file) => !file.name.startsWith("."))) {
        const bytes = readFileSync(join(parentPath, name));
        const packed = gzipSync(bytes, { level: 9 });
        if (packed.length < bytes.length) writeFileSync(join(parentPath, `${name}.gz`), packed);
        total += Math.min(packed.length, bytes.length);
      }
      console.log(`the whole console, packed: ${(total / 1e6).toFixed(2)} MB`);
    },
  };
}

export default defineConfig({
  plugins: [pack()],
  build: {
    outDir: DIST,
    emptyOutDir: false,
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 2000,
    rolldownOptions: { checks: { pluginTimings: false } },
  },
});
