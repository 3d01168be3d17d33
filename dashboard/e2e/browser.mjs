// Starts Chromium and the site it looks at: the mock farm built into `dist-mock`, or a farm that runs (`REELFARM_URL`).
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { preview } from 'vite'

export const dashboard = dirname(dirname(fileURLToPath(import.meta.url)))

/** How long anything may take that has no bound of its own. Slow machines are no fault: only what never comes is. */
const PATIENCE_MS = 120_000

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
]

export function buildMock() {
  execFileSync('npm', ['run', '--silent', 'build:mock', '--', '--logLevel', 'error'], { cwd: dashboard, stdio: 'inherit' })
}

/** The address of the site, and how to stop serving it. */
export async function site() {
  const url = process.env.REELFARM_URL
  if (url) return { url: url.replace(/\/$/, ''), isMock: false, stop: async () => undefined }
  // Whoever runs several after each other builds it once.
  if (!process.env.REELFARM_MOCK_BUILT) buildMock()
  const server = await preview({
    root: dashboard,
    mode: 'mock',
    logLevel: 'error',
    build: { outDir: 'dist-mock' },
    preview: { port: 0, host: '127.0.0.1' },
  })
  const { port } = server.httpServer.address()
  return { url: `http://127.0.0.1:${port}`, isMock: true, stop: () => server.close() }
}

/** Notes in `faults` what a page complains of from now on, with the address it complains of. */
export function watch(page, faults) {
  page.on('console', (message) => {
    const { pathname } = new URL(message.location().url || 'about:blank')
    if (message.type() === 'error') faults.push(`console: ${message.text()} ${pathname}`)
  })
  page.on('pageerror', (error) => faults.push(`page: ${error.message}`))
}

/** A browser with nothing in it. `login` is a link that signs it in, where that is needed. */
export async function browser({ theme = 'dark', width = 1440, height = 900, login } = {}) {
  const profile = mkdtempSync(join(tmpdir(), 'reelfarm-e2e-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: ARGUMENTS,
    viewport: { width, height },
    colorScheme: theme,
    reducedMotion: 'reduce',
  })
  context.setDefaultTimeout(PATIENCE_MS)
  const page = context.pages()[0] ?? (await context.newPage())
  const faults = []
  /** Requests of all pages, and those of them that went elsewhere than to the page's own origin. */
  const sent = { count: 0, elsewhere: [] }
  context.on('request', (request) => {
    const { protocol, origin } = new URL(request.url())
    if (!protocol.startsWith('http') || request.isNavigationRequest() || request.serviceWorker()) return
    sent.count += 1
    if (origin !== new URL(request.frame().url()).origin) sent.elsewhere.push(request.url())
  })
  watch(page, faults)
  if (login) await page.goto(login)
  const close = async () => {
    await context.close()
    rmSync(profile, { recursive: true, force: true })
  }
  return { context, page, faults, sent, close }
}
