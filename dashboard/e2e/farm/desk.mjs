// The pages beside the great ways, each once on the real farm: people and roles, tokens, webhooks, usage, failures, the queue's orders.
import assert from 'node:assert/strict'
import { browser } from '../browser.mjs'
import { bulk } from './bulk.mjs'
import { shot } from './steps.mjs'

/** A reading is taken every 15 s. */
const LOOK_EVERY_MS = 500
const LOOKS_MAX = 240

/** What needs nothing of the queue, and can be done while something else is waited for. */
export async function aside({ page, step, farm }) {
  const visit = (path) => page.goto(farm.url + path)
  await step('a creator is made, and finds nothing of the farm', () => creator({ page, farm, visit }), 39)
  await step('a token is made, works, and is revoked', async () => {
    await visit('/access')
    await page.getByLabel('New token').fill('nightly')
    await page.getByRole('button', { name: 'Make token' }).click()
    const token = await page.locator('code').filter({ hasText: /^rf_/ }).textContent()
    const answer = () => fetch(`${farm.url}/api/me`, { headers: { Authorization: `Bearer ${token}` } })
    assert.equal((await answer()).status, 200)
    const line = page.getByRole('listitem').filter({ hasText: 'nightly' })
    await line.getByRole('button', { name: 'Revoke' }).click()
    await page.getByRole('button', { name: 'Revoke it' }).click()
    await line.waitFor({ state: 'detached' })
    assert.equal((await answer()).status, 401)
  })
  await step('a webhook is made and shows its secret once; an address of another kind is refused at its field', async () => {
    await visit('/webhooks')
    await page.getByRole('button', { name: 'New webhook' }).first().click()
    await page.getByLabel('Address').fill('ftp://hooks.example.org/reelfarm')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.locator('input[type=url][aria-invalid=true]').waitFor()
    await shot(page, 'webhook-refused')
    await page.getByLabel('Address').fill('https://hooks.example.org/reelfarm')
    await page.getByRole('button', { name: 'Save' }).click()
    assert.match(await page.locator('code').filter({ hasText: /^whsec_/ }).textContent(), /^whsec_.{20,}/)
    await page.getByRole('button', { name: 'Done' }).click()
    await page.getByRole('heading', { name: 'hooks.example.org' }).waitFor()
    await shot(page, 'webhooks')
    await page.getByRole('button', { name: /^More for/ }).click()
    await page.getByRole('menuitem', { name: 'Delete…' }).click()
    await page.getByRole('button', { name: 'Delete it' }).click()
    await page.getByText('No webhooks yet').waitFor()
  })
}

export async function desk({ page, step, farm }) {
  const visit = (path) => page.goto(farm.url + path)
  await step('several videos are exported by one request', () => bulk({ page, farm }), 28)
  await step('usage has this month, and what was exported', async () => {
    await visit('/usage')
    const row = page.getByRole('table', { name: 'Usage by month' }).getByRole('row').nth(1)
    await row.waitFor()
    const cells = await row.getByRole('cell').allTextContents()
    const [, exports, completed] = cells
    const [told] = (await farm.api('/api/usage?months=1')).usage
    assert.deepEqual([exports, completed].map(Number), [told.exports, told.completed])
    await shot(page, 'usage')
    return cells.join(' · ')
  })
  await step('the queue obeys: raised, paused, resumed', () => queue({ page, farm, visit }), 34, 36)
  await step('how the queue was is drawn, under one cursor; what it says is what the farm says', () => lookBack({ page, farm, visit }))
}

async function lookBack({ page, farm, visit }) {
  // There is a reading, and something was rendered.
  const isTold = ({ stretches }) => [({ slots }) => slots > 0, ({ frames_done }) => frames_done > 0].every((so) => stretches.some(so))
  for (let look = 0; look < LOOKS_MAX && !isTold(await farm.api('/api/queue/history?minutes=15')); look += 1) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
  const answer = page.waitForResponse((one) => one.url().includes('/api/queue/history?minutes=15'))
  await visit('/ops/queue?minutes=15')
  const { step_seconds, stretches } = await (await answer).json()
  const frames = stretches.map(({ frames_done }) => frames_done)
  const most = (name) => Math.max(...stretches.map((stretch) => stretch[name] ?? 0))
  const rate = Math.round(Math.max(...frames) / step_seconds)
  assert.ok(most('slots') > 0 && Math.max(...frames) > 0, 'there is something to see')
  const tasks = `Tasks: Slots at most ${most('slots')}, Waiting at most ${most('tasks_waiting')}, Running at most ${most('tasks_running')}.`
  await page.getByRole('img', { name: tasks }).waitFor()
  await page.getByRole('img', { name: `Throughput: Frames per second at most ${rate}.` }).hover()
  await page.getByText('at most', { exact: true }).first().waitFor({ state: 'detached' })
  assert.equal(await page.getByText('at most', { exact: true }).count(), 0, 'both follow the cursor')
  await shot(page, 'queue-history')
  await visit('/ops/failures')
  await page.getByText('Nothing runs for so long.').waitFor()
  return `${tasks} ${frames.reduce((sum, one) => sum + one, 0)} frames`
}

async function creator({ page, farm, visit }) {
  await visit('/ops/users')
  await page.getByRole('button', { name: 'New user' }).click()
  await page.getByLabel('Name').fill('mia')
  await page.getByRole('radio', { name: /Creator/ }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Make account' }).click()
  await page.getByRole('table', { name: 'Users' }).getByText('mia', { exact: true }).waitFor()
  await shot(page, 'users')
  const { users } = await farm.api('/api/users?limit=100')
  const mia = users.find(({ name }) => name === 'mia')
  const { url } = await farm.api(`/api/users/${mia.id}/login-links`, 'POST')
  const own = await browser({ login: url })
  try {
    await own.page.getByRole('heading', { name: 'Home' }).waitFor()
    assert.equal(await own.page.getByRole('link', { name: 'Queue' }).count(), 0)
    await shot(own.page, 'home-empty')
    await own.page.goto(`${farm.url}/ops/queue`)
    await own.page.getByText('You have no access to this page').waitFor()
    const statuses = await own.page.evaluate(() =>
      Promise.all(['/api/queue', '/api/nodes', '/api/users'].map(async (path) => (await fetch(path)).status)),
    )
    assert.deepEqual(statuses, [403, 403, 403])
  } finally {
    await own.close()
  }
  return 'three calls answered 403'
}

async function queue({ page, farm, visit }) {
  const { videos } = await farm.api('/api/videos')
  const body = { resolution: '4k', format: 'webm', quality: 'high', export_type: 'single', reuse_parts: false }
  const { id } = await farm.api(`/api/videos/${videos[0].id}/export`, 'POST', body)
  await visit('/ops/queue')
  const seen = async () => (await farm.api('/api/queue')).exports.find((queued) => queued.id === id)
  await page.getByRole('button', { name: /^Raise the priority/ }).click()
  await page.getByLabel(/^Priority of/).filter({ hasText: '10' }).waitFor()
  assert.equal((await seen()).priority, 10)
  const order = async (what) => {
    await page.getByRole('button', { name: /^More for/ }).click()
    await page.getByRole('menuitem', { name: what }).click()
  }
  await order('Pause')
  const table = page.getByRole('table', { name: 'Open exports' })
  await table.getByText('Paused').waitFor()
  assert.ok((await seen()).paused_at)
  const counts = await agreed(page, farm)
  await shot(page, 'queue-paused')
  await order('Resume')
  await table.getByText('Paused').waitFor({ state: 'detached' })
  await order('Cancel…')
  await page.getByRole('button', { name: 'Cancel it' }).click()
  await page.getByText('Nothing to do').waitFor()
  assert.equal((await farm.api(`/api/exports/${id}`)).status, 'cancelled')
  return counts
}

/** The figures of the page, once they are those of the API: both go on meanwhile. */
async function agreed(page, farm) {
  const written = ['Exports queued', 'Exports under way', 'Failed this hour', 'Tasks waiting']
  const told = async () => {
    const { counts } = await farm.api('/api/queue')
    return [counts.pending, counts.processing, counts.failed_last_hour, counts.tasks_waiting, `${counts.tasks_running} running`].join(', ')
  }
  const shown = async () => {
    const told = await page.locator('dl > div').evaluateAll((cards) =>
      cards.map((card) => [...card.children].map((line) => line.textContent)),
    )
    const running = told.find(([, , note]) => note?.endsWith(' running'))
    return [...written.map((name) => told.find(([known]) => known === name)?.[1]), running?.[2]].join(', ')
  }
  for (let look = 0; look < 40; look += 1) {
    const [before, here] = [await told(), await shown()]
    if (before === here) return `${here}: queued, under way, failed, waiting, as the API says`
    await page.waitForResponse((answer) => answer.url().includes('/api/queue?'))
  }
  throw new Error(`the page says ${await shown()}, the API ${await told()}`)
}
