// Every page and every state of one that is looked at: its name, its address in the mock farm, and what is done there first.
import { id } from './ids.mjs'
import { STATES } from './states.mjs'

const EDITOR = `/videos/${id(2, 0)}`

export const PAGES = [
  { name: 'home', path: '/', ready: { role: 'heading', name: 'Done' } },
  { name: 'videos', path: '/videos', ready: { role: 'heading', name: 'Videos' } },
  {
    name: 'videos-chosen',
    path: '/videos',
    ready: { role: 'heading', name: 'Videos' },
    act: async (page) => {
      const boxes = page.getByRole('checkbox', { name: /^Choose/ })
      // The heading is there before the list is.
      await boxes.first().waitFor()
      for (const box of await boxes.all()) await box.click()
      await page.getByRole('button', { name: 'Export…' }).click()
      await page.getByRole('dialog').waitFor()
    },
  },
  { name: 'editor', path: EDITOR, ready: { role: 'slider', name: 'Playhead' } },
  {
    name: 'editor-cut',
    path: EDITOR,
    ready: { role: 'slider', name: 'Playhead' },
    act: async (page) => {
      const scrub = page.getByRole('slider', { name: 'Playhead' })
      const box = await scrub.boundingBox()
      for (const share of [0.25, 0.5, 0.7]) {
        await page.mouse.click(box.x + box.width * share, box.y + 10)
        await page.keyboard.press('s')
      }
    },
  },
  {
    name: 'export-modal',
    path: EDITOR,
    ready: { role: 'slider', name: 'Playhead' },
    act: async (page) => {
      await page.keyboard.press('Control+e')
      await page.getByRole('dialog', { name: 'Export' }).getByText('Cost').waitFor()
    },
  },
  { name: 'editor-without-preview', path: `/videos/${id(2, 5)}`, ready: { role: 'slider', name: 'Playhead' } },
  { name: 'video-failed', path: `/videos/${id(2, 7)}`, ready: { role: 'heading', name: 'The video cannot be used' } },
  { name: 'exports', path: '/exports', ready: { role: 'table', name: 'Exports' } },
  { name: 'exports-empty', path: '/exports?status=failed&format=webm', ready: { text: 'No export fits these filters' } },
  {
    name: 'exports-chosen',
    path: '/exports',
    ready: { role: 'table', name: 'Exports' },
    act: async (page) => {
      await page.getByRole('checkbox', { name: 'Choose all of this page' }).click()
      await page.getByRole('group', { name: 'Chosen exports' }).waitFor()
    },
  },
  {
    name: 'exports-menu',
    path: '/exports',
    ready: { role: 'table', name: 'Exports' },
    act: async (page) => {
      await page.getByRole('button', { name: /^More for/ }).nth(2).click()
      await page.getByRole('menu').waitFor()
    },
  },
  {
    name: 'exports-why',
    path: '/exports?status=failed',
    ready: { role: 'table', name: 'Exports' },
    act: async (page) => {
      await page.getByRole('button', { name: /^Why / }).click()
      await page.getByText('What the media library said').click()
    },
  },
  { name: 'export-running', path: `/exports/${id(3, 0)}`, ready: { role: 'progressbar', name: 'Export progress' } },
  { name: 'export-completed', path: `/exports/${id(3, 2)}`, ready: { text: 'SHA-256' } },
  { name: 'export-clips', path: `/exports/${id(3, 5)}`, ready: { role: 'heading', name: 'Clips' } },
  { name: 'export-failed', path: `/exports/${id(3, 3)}`, ready: { role: 'heading', name: 'The export failed' } },
  {
    name: 'export-failed-detail',
    path: `/exports/${id(3, 3)}`,
    ready: { role: 'heading', name: 'The export failed' },
    act: (page) => page.getByText('What the media library said').click(),
  },
  {
    name: 'share',
    path: `/exports/${id(3, 2)}`,
    ready: { text: 'SHA-256' },
    act: async (page) => {
      await page.getByRole('button', { name: 'Share' }).click()
      await page.getByRole('button', { name: 'Make link' }).click()
      await page.getByLabel('Link', { exact: true }).waitFor()
    },
  },
  { name: 'settings', path: '/settings', ready: { role: 'heading', name: 'YouTube', exact: true } },
  {
    name: 'preset-dialog',
    path: '/settings',
    ready: { role: 'heading', name: 'Presets' },
    act: (page) => page.getByRole('button', { name: 'New preset' }).click(),
  },
  { name: 'tokens', path: '/access', ready: { text: 'nightly archive' } },
  { name: 'queue', path: '/ops/queue', ready: { role: 'grid', name: 'Tasks by node' } },
  {
    name: 'queue-task',
    path: '/ops/queue',
    ready: { role: 'grid', name: 'Tasks by node' },
    act: (page) => page.locator('[data-cell][aria-label*="Retrying"]').first().click(),
  },
  { name: 'queue-table', path: '/ops/queue?tasks=table', ready: { role: 'table', name: 'Tasks' } },
  {
    name: 'failures',
    path: '/ops/failures',
    ready: { text: 'The video breaks off' },
    act: (page) => page.locator('summary').first().click(),
  },
  { name: 'usage', path: '/usage', ready: { role: 'table', name: 'Usage by month' } },
  { name: 'webhooks', path: '/webhooks', ready: { role: 'table', name: /^Messages/ } },
  {
    name: 'webhook-dialog',
    path: '/webhooks',
    ready: { role: 'table', name: /^Messages/ },
    act: (page) => page.getByRole('button', { name: 'New webhook' }).click(),
  },
  { name: 'node', path: `/ops/nodes/${id(6, 1)}`, ready: { role: 'heading', name: 'What it does now' } },
  { name: 'nodes', path: '/ops/nodes', ready: { role: 'table', name: 'Nodes' } },
  {
    name: 'enrol',
    path: '/ops/nodes',
    ready: { role: 'table', name: 'Nodes' },
    act: async (page) => {
      await page.getByRole('button', { name: 'Add a node' }).click()
      await page.getByLabel('Name').fill('studio-gpu-3')
      await page.getByRole('button', { name: 'Make token' }).click()
      await page.getByText('Run this on the machine').waitFor()
    },
  },
  { name: 'users', path: '/ops/users', ready: { role: 'table', name: 'Users' } },
  { name: 'home-empty', path: '/?farm=empty', ready: { text: 'Upload a video' } },
  { name: 'videos-empty', path: '/videos?farm=empty', ready: { text: 'No videos yet' } },
  { name: 'videos-none', path: '/videos?search=nowhere', ready: { text: 'No video has such a name' } },
  { name: 'exports-none', path: '/exports?farm=empty', ready: { text: 'No exports yet' } },
  { name: 'queue-empty', path: '/ops/queue?farm=empty', ready: { text: 'Nothing to do' } },
  { name: 'failures-empty', path: '/ops/failures?farm=empty', ready: { text: 'No failures' } },
  { name: 'nodes-empty', path: '/ops/nodes?farm=empty', ready: { text: 'No nodes yet' } },
  { name: 'webhooks-empty', path: '/webhooks?farm=empty', ready: { text: 'No webhooks yet' } },
  { name: 'home-broken', path: '/?farm=broken', ready: { role: 'alert' } },
  { name: 'exports-broken', path: '/exports?farm=broken', ready: { role: 'alert' } },
  { name: 'queue-broken', path: '/ops/queue?farm=broken', ready: { role: 'alert' } },
  { name: 'editor-broken', path: `${EDITOR}?farm=broken`, ready: { role: 'alert' } },
  { name: 'not-allowed', path: '/ops/users?as=creator', ready: { text: 'You have no access to this page' } },
  { name: 'not-found', path: '/nothing/here', ready: { text: 'There is nothing here' } },
  { name: 'sign-in', path: '/signin', ready: { role: 'heading', name: 'Sign in' } },
  {
    name: 'palette',
    path: '/exports',
    ready: { role: 'table', name: 'Exports' },
    act: async (page) => {
      await page.keyboard.press('Control+k')
      await page.getByRole('option', { name: /Settings/ }).waitFor()
    },
  },
  {
    name: 'shortcuts',
    path: '/exports',
    ready: { role: 'table', name: 'Exports' },
    act: async (page) => {
      await page.keyboard.press('?')
      await page.getByRole('dialog', { name: 'Shortcuts' }).waitFor()
    },
  },
  ...STATES,
]

/** Once the page has been drawn as it is now. */
export const drawnAnew = (page) => page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))

export async function open(page, url, { path, ready, act }) {
  await page.goto(url + path)
  const { role, text, ...rest } = ready
  await (role ? page.getByRole(role, rest) : page.getByText(text)).first().waitFor()
  if (act) await act(page)
  // Fonts and pictures are part of what is seen.
  await page.evaluate(() => document.fonts.ready)
  await page.waitForFunction(() => [...document.images].every((image) => image.complete || image.loading === 'lazy'))
  await drawnAnew(page)
}
