// How the dashboard is built, served while developing and tested. `--mode mock` runs it without a coordinator.
import { fileURLToPath } from 'node:url'
import tailwindcss from '@tailwindcss/vite'
import { tanstackRouter } from '@tanstack/router-plugin/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

/** What the coordinator sends with every page, so that what it forbids shows while developing. */
const policy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob: http: https:; " +
  "media-src 'self' blob: http: https:; connect-src 'self' http: https: ws:; frame-ancestors 'none'"

/** What every page needs, in few files: a browser asks for six at a time, and each round costs a way there and back. */
const TOGETHER: [name: string, test: RegExp][] = [
  ['vendor', /node_modules\/(react|react-dom|scheduler|use-sync-external-store|clsx|@tanstack\/[a-z-]+)\//],
  ['icons', /node_modules\/lucide-react\//],
  [
    'common',
    /\/src\/((api|lib|hooks)\/|components\/(status-badge|ui\/(button|card|confirm|copy-button|facts|field|filter-bar|instant|menu|more-menu|pager|progress|search-field|select|table|toast|tooltip)\.))/,
  ],
]

const coordinator = process.env.REELFARM_URL ?? 'http://127.0.0.1:8080'
const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig(({ mode }) => ({
  plugins: [
    tanstackRouter({ target: 'react', autoCodeSplitting: true, quoteStyle: 'single' }),
    react(),
    tailwindcss(),
  ],
  resolve: { alias: { '@': folder('./src'), '@mock': folder('./mock') } },
  publicDir: mode === 'mock' ? 'mock/public' : 'public',
  build: {
    outDir: 'dist/app',
    emptyOutDir: true,
    manifest: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      input: mode === 'mock' ? ['index.html', 'mock/grid.html', 'mock/log.html'] : 'index.html',
      output: { codeSplitting: { groups: TOGETHER.map(([name, test]) => ({ name, test })) } },
    },
  },
  server: {
    port: 5173,
    proxy: mode === 'mock' ? undefined : { '^/(api|login|s|healthz|readyz|docs|openapi.json)': coordinator },
  },
  preview: { headers: { 'Content-Security-Policy': policy } },
  test: {
    environment: 'happy-dom',
    globals: true,
    setupFiles: ['src/test/setup.ts'],
    include: ['src/**/*.test.{ts,tsx}'],
    // A busy machine is slow, and not wrong.
    testTimeout: 30_000,
  },
}))
