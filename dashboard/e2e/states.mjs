// States of the pages that are seen now and then: dialogs and menus over them, while they load, and when what they show cannot be had.
import { id } from './ids.mjs'

/** Several look at this one at once; what is cut there is kept by the browser, and so is everybody's. */
const EDITOR = `/videos/${id(2, 0)}`
const FINISHED = `/exports/${id(3, 2)}`
const heading = (name) => ({ role: 'heading', name, exact: true })
const table = (name) => ({ role: 'table', name })
const press = (role, name) => (page) => page.getByRole(role, { name }).first().click()
const seen = (role) => (page) => page.getByRole(role).last().waitFor()
const pressed = (...steps) => async (page) => {
  for (const step of steps) await step(page)
}
/** A menu of a row or a card, and one of its items. */
const chosen = (of, item) => pressed(press('button', of), press('menuitem', item))
const asked = (act) => pressed(act, seen('alertdialog'))
const opened = (act) => pressed(act, seen('dialog'))
const menu = (of) => pressed(press('button', of), seen('menu'))

const DIALOGS = [
  { name: 'delete-video', path: '/videos', ready: { text: 'Interview with Ada.mp4' }, act: asked(chosen(/^More for Interview/, 'Delete…')) },
  { name: 'delete-export', path: FINISHED, ready: { text: 'SHA-256' }, act: asked(press('button', 'Delete')) },
  {
    name: 'cancel-export',
    path: '/ops/queue',
    ready: { role: 'grid', name: 'Tasks by node' },
    act: asked(chosen(/^More for/, 'Cancel…')),
  },
  {
    name: 'exports-delete',
    path: '/exports?status=completed',
    ready: table('Exports'),
    act: asked(pressed(press('checkbox', 'Choose all of this page'), press('button', 'Delete'))),
  },
  { name: 'share-new', path: FINISHED, ready: { text: 'SHA-256' }, act: opened(press('button', 'Share')) },
  {
    name: 'export-advanced',
    path: EDITOR,
    ready: { role: 'slider', name: 'Playhead' },
    act: async (page) => {
      await page.keyboard.press('Control+e')
      await page.getByRole('radio', { name: /4K/ }).click()
      await page.getByText('Advanced').click()
      await page.getByLabel('Crossfade').scrollIntoViewIfNeeded()
      await page.getByText('Cost').waitFor()
      // Dimmed while it is asked for again.
      await page.waitForFunction(() => !document.querySelector('[role=dialog] aside .opacity-50'))
    },
  },
  {
    name: 'export-refused',
    path: EDITOR,
    ready: { role: 'slider', name: 'Playhead' },
    act: async (page) => {
      await page.keyboard.press('Control+e')
      await page.getByLabel('File name').fill('refuse: faulty')
      await page.getByRole('button', { name: 'Start export' }).click()
      await page.getByText('Use 1 to 200 printable characters.').waitFor()
    },
  },
  {
    name: 'save-preset',
    path: EDITOR,
    ready: { role: 'slider', name: 'Playhead' },
    act: async (page) => {
      await page.keyboard.press('Control+e')
      await page.getByRole('button', { name: 'Save as preset' }).click()
      await page.getByLabel('Name of the preset').waitFor()
    },
  },
  {
    name: 'settings-reset',
    path: '/settings',
    ready: heading('YouTube'),
    act: asked(pressed(press('radio', /4K/), press('button', 'Save'), (page) => page.getByText('Saved', { exact: true }).waitFor(), press('button', 'Reset…'))),
  },
  {
    name: 'settings-leave',
    path: '/settings',
    ready: heading('YouTube'),
    act: pressed(press('radio', /4K/), press('link', 'Videos'), (page) => page.getByText('Leave without saving?').waitFor()),
  },
  {
    name: 'token-made',
    // It stands in the page.
    over: undefined,
    path: '/access',
    ready: { text: 'nightly archive' },
    act: async (page) => {
      await page.getByLabel('New token').fill('render script')
      await page.getByRole('button', { name: 'Make token' }).click()
      await page.getByRole('button', { name: 'Copy token' }).waitFor()
    },
  },
  {
    name: 'webhook-secret',
    path: '/webhooks',
    ready: table(/^Messages/),
    act: async (page) => {
      await page.getByRole('button', { name: 'New webhook' }).click()
      await page.getByLabel('Address').fill('https://hooks.example.org/reelfarm')
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByRole('button', { name: 'Copy secret' }).waitFor()
    },
  },
  { name: 'user-new', path: '/ops/users', ready: table('Users'), act: opened(press('button', 'New user')) },
  { name: 'login-link', path: '/ops/users', ready: table('Users'), act: opened(chosen('More for mia', 'Make a login link')) },
  { name: 'enrol-name', path: '/ops/nodes', ready: table('Nodes'), act: opened(press('button', 'Add a node')) },
  { name: 'node-quarantine', path: '/ops/nodes', ready: table('Nodes'), act: opened(chosen(/^More for studio-gpu-1/, 'Quarantine…')) },
]

const MENUS = [
  { name: 'video-menu', path: '/videos', ready: { text: 'Interview with Ada.mp4' }, act: menu(/^More for Interview/) },
  { name: 'quick-menu', path: '/', ready: heading('Done'), act: menu(/^Export Interview.* with…$/) },
  { name: 'account-menu', path: '/exports', ready: table('Exports'), act: menu('Account') },
  { name: 'theme-menu', path: '/exports', ready: table('Exports'), act: menu(/^Theme/) },
  { name: 'queue-menu', path: '/ops/queue', ready: { role: 'grid', name: 'Tasks by node' }, act: menu(/^More for/) },
  { name: 'node-menu', path: '/ops/nodes', ready: table('Nodes'), act: menu(/^More for studio-gpu-1/) },
  {
    name: 'segment-menu',
    path: `/videos/${id(2, 2)}`,
    ready: { role: 'slider', name: 'Playhead' },
    act: menu(/^More for segment 1/),
  },
  {
    name: 'palette-found',
    path: '/exports',
    ready: table('Exports'),
    act: async (page) => {
      await page.keyboard.press('Control+k')
      await page.getByRole('dialog').getByRole('combobox').fill('night')
      await page.getByRole('option', { name: /City at night/ }).first().waitFor()
    },
  },
]

const MOMENTS = [
  {
    name: 'quick-export-done',
    path: '/',
    ready: heading('Done'),
    act: pressed(press('button', /^Quick export of Interview/), (page) => page.getByRole('button', { name: 'Undo' }).waitFor()),
  },
  {
    name: 'upload-done',
    // What is uploaded is told of above the videos, which make room for it.
    moves: true,
    path: '/videos',
    ready: { text: 'Interview with Ada.mp4' },
    act: async (page) => {
      await page.getByLabel('Videos to upload').first().setInputFiles({ name: 'Holiday.mp4', mimeType: 'video/mp4', buffer: Buffer.alloc(1000) })
      await page.getByText('Uploaded').waitFor()
    },
  },
  {
    name: 'editor-none',
    path: `/videos/${id(2, 1)}`,
    ready: { role: 'slider', name: 'Playhead' },
    act: pressed(chosen(/^More for segment 1/, 'Remove'), (page) => page.getByText(/^No segments/).waitFor()),
  },
  { name: 'export-queued', path: `/exports/${id(3, 1)}`, ready: { role: 'progressbar', name: 'Export progress' } },
  { name: 'export-cancelled', path: `/exports/${id(3, 4)}`, ready: { role: 'progressbar', name: 'Export progress' } },
  { name: 'video-indexing', path: `/videos/${id(2, 6)}`, ready: heading('Fresh upload.mp4') },
  {
    name: 'queue-one',
    path: `/ops/queue?export=${id(3, 0)}`,
    ready: { role: 'grid', name: 'Tasks by node' },
  },
  { name: 'usage-all', path: '/usage', ready: table('Usage by month'), act: press('checkbox', 'All users') },
  {
    name: 'sign-in-refused',
    path: '/signin',
    ready: heading('Sign in'),
    act: async (page) => {
      await page.getByLabel('Name').fill('mia')
      await page.getByLabel('Password').fill('wrong')
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByText(/password is wrong/).waitFor()
    },
  },
  { name: 'tokens-empty', path: '/access?farm=empty', ready: { text: 'No tokens' } },
  { name: 'usage-empty', path: '/usage?farm=empty', ready: { text: 'Nothing used yet' } },
  { name: 'settings-empty', path: '/settings?farm=empty', ready: { text: 'No presets yet' } },
]

const LOADING = ['/', '/videos', '/exports', '/ops/queue', '/ops/nodes', '/usage', '/settings'].map((path) => ({
  name: `${path === '/' ? 'home' : path.split('/').at(-1)}-loading`,
  path: `${path}?farm=slow`,
  ready: { role: 'heading', level: 1 },
  act: (page) => page.locator('[class*=animate-pulse]').first().waitFor({ state: 'attached' }),
}))

const BROKEN = ['/videos', '/usage', '/webhooks', '/access', '/settings', '/ops/failures', '/ops/nodes', '/ops/users', FINISHED].map((path) => ({
  name: `${path === FINISHED ? 'export' : path.split('/').at(-1)}-broken`,
  path: `${path}?farm=broken`,
  ready: { role: 'alert' },
}))

/** What lies under a dialog or a menu is a page of its own in this list: here only what lies over it is new. */
const OVER = '[role=dialog], [role=alertdialog], [role=menu]'

export const STATES = [...[...DIALOGS, ...MENUS].map((place) => ({ over: OVER, ...place })), ...MOMENTS, ...LOADING, ...BROKEN]
