import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The Worker answers below /console; its asset directory is dist, so that the files lie in dist/console.
export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "/console/",
  plugins: [react()],
  build: {
    outDir: "dist/console",
    emptyOutDir: true,
    manifest: true,
    modulePreload: { polyfill: false },
    // The policy of the page lets no font or script be written into it.
    assetsInlineLimit: 0,
  },
});
