/// <reference types="vitest/config" />
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// In: this folder. Out: the app's files, which the package ships and web/pages.py serves.
export default defineConfig({
  plugins: [react()],
  resolve: { tsconfigPaths: true },
  build: {
    outDir: "../src/desirepath/web/built",
    emptyOutDir: true,
    target: "es2023",
    license: { fileName: "licenses.md" },
    chunkSizeWarningLimit: 900,
  },
  server: { proxy: { "/api": { target: "http://127.0.0.1:8765", changeOrigin: true } } },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
