// An operator's way: a machine let in from the page, and what the page shows when that machine dies in the middle of an export.
import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { watch } from '../browser.mjs'
import { aside } from './desk.mjs'
import { shot } from './steps.mjs'

const NAME = 'second'
/** A node that falls silent is given up after its lease. */
/** A lease is over after half a minute; the rest is for machines that are slow and have other things to do. */
const ELSEWHERE_WITHIN_MS = 180_000

/** Notes, from now on, in which row each cell stands and what its state is. */
async function cellsRecorded(page) {
  await page.evaluate(() => {
    const seen = new Map()
    window.cellsOnScreen = seen
    const look = () => {
      for (const cell of document.querySelectorAll('[data-cell]')) {
        const [task, rest = ''] = cell.getAttribute('aria-label').split(': ')
        const parts = rest.split('. ')[0].split(', ')
        const now = `${parts[0]} @ ${parts.at(-1)}`
        const before = seen.get(task) ?? []
        if (before.at(-1)?.now !== now) seen.set(task, [...before, { now, at: performance.now() }])
      }
    }
    look()
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true })
  })
}

const nodeOf = async (farm) => (await farm.api('/api/nodes')).nodes.find(({ name }) => name === NAME)

/** A node that says nothing is given up after three beats, on a busy machine later. */
const GONE_WITHIN_MS = 120_000

/** How long it takes from now until the farm says that the node is not connected, in seconds. */
async function gone(farm) {
  const begun = performance.now()
  while ((await nodeOf(farm))?.connected) {
    if (performance.now() - begun > GONE_WITHIN_MS) throw new Error(`${NAME} is still connected after ${GONE_WITHIN_MS / 1000} s`)
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  return ((performance.now() - begun) / 1000).toFixed(1)
}

async function drained({ page, farm, source }) {
  const { videos } = await farm.api('/api/videos')
  const video = videos.find(({ size_bytes: size }) => size === statSync(source.path).size)
  const body = { resolution: '1080p', format: 'mp4', quality: 'high', export_type: 'single', reuse_parts: false }
  const { id } = await farm.api(`/api/videos/${video.id}/export`, 'POST', body)
  const row = page.getByRole('row', { name: new RegExp(NAME) })
  await row.getByText(/^[1-9]\d* \/ \d+$/).waitFor()
  const { id: node } = await nodeOf(farm)
  await row.getByRole('button', { name: /^More for/ }).click()
  await page.getByRole('menuitem', { name: /^Drain/ }).click()
  await row.getByText('Draining', { exact: true }).waitFor()
  const had = (await farm.api(`/api/queue/tasks?node_id=${node}&state=leased&limit=100`)).tasks
  await row.getByText(/^0 \/ \d+$/).waitFor()
  await shot(page, 'nodes-drained')
  const { tasks } = await farm.api(`/api/queue/tasks?export_id=${id}&limit=100`)
  const after = had.map((task) => tasks.find((one) => one.id === task.id))
  assert.ok(after.every((task) => task.state === 'done' && task.node_id === node), JSON.stringify(after))
  await row.getByRole('button', { name: /^More for/ }).click()
  await page.getByRole('menuitem', { name: 'Resume' }).click()
  await row.getByText('Online', { exact: true }).waitFor()
  if ((await farm.api(`/api/exports/${id}`)).status === 'processing') await farm.api(`/api/exports/${id}`, 'DELETE')
  return `${had.length} of its tasks finished there`
}

export async function operate({ page, step, farm, source, faults }) {
  let second
  let command
  await step('a machine is let in from the page, which follows it until it is ready', async () => {
    await page.goto(new URL('/ops/nodes', page.url()).href)
    await page.getByRole('table', { name: 'Nodes' }).waitFor()
    await page.getByRole('button', { name: 'Add a node' }).click()
    await page.getByLabel('Name').fill(NAME)
    await page.getByRole('button', { name: 'Make token' }).click()
    command = await page.locator('pre').textContent()
    await shot(page, 'enrol-waiting')
    const begun = performance.now()
    second = farm.join(command)
    await page.getByText(/^Ready, with \d+ slots?$/).waitFor().catch((cause) => {
      throw new Error(second.log(), { cause })
    })
    await shot(page, 'enrol-ready')
    await page.getByRole('button', { name: 'Close' }).last().click()
    await page.getByRole('table', { name: 'Nodes' }).getByText(NAME, { exact: true }).waitFor()
    return `ready ${((performance.now() - begun) / 1000).toFixed(1)} s after the command was run`
  }, 37)
  await step('its token lets nobody else in', async () => {
    const said = await farm.refused(command.split('&&')[0])
    const refusal = said.split('\n').find((line) => line.includes('refused to enrol this node'))
    assert.ok(refusal, said)
    return refusal
  }, 37)
  await step('it is drained: what it has is finished, nothing more is taken; then it goes on', () => drained({ page, farm, source }), 38)
  await step('it is killed in the middle of an export: its cells are tried again, then elsewhere, without reload', async () => {
    const { videos } = await farm.api('/api/videos')
    const video = videos.find(({ size_bytes: size }) => size === statSync(source.path).size)
    const body = { resolution: '720p', format: 'mp4', quality: 'high', export_type: 'single', reuse_parts: false }
    const order = (changes) => farm.api(`/api/videos/${video.id}/export`, 'POST', { ...body, ...changes })
    const { id } = await order({})
    // The other node has its hands full until then: what is lost has to wait for it, and is seen to.
    const { id: behind } = await order({ resolution: '4k' })
    await page.goto(new URL(`/ops/queue?export=${id}`, page.url()).href)
    await page.getByRole('grid', { name: 'Tasks by node' }).waitFor()
    await page.evaluate(() => {
      window.neverReloaded = true
    })
    await cellsRecorded(page)
    const own = page.getByRole('row', { name: new RegExp(`^${NAME}`) }).locator('[data-cell][aria-label*="Running"]')
    await own.first().waitFor()
    second.kill()
    const silent = gone(farm)
    const killedAt = await page.evaluate(() => performance.now())
    await shot(page, 'queue-before')
    // Of what it had, something was not done. Its lease takes its time, in which other things are tried in another tab.
    const lost = page.waitForFunction(
      (name) => {
        const isLost = ([, way]) => way.some(({ now }) => now === `Running @ ${name}`) && way.at(-1).now.startsWith('Retrying')
        return [...window.cellsOnScreen].find(isLost)?.[0]
      },
      NAME,
      { timeout: ELSEWHERE_WITHIN_MS },
    )
    const tab = await page.context().newPage()
    watch(tab, faults)
    const [found] = await Promise.all([lost, aside({ page: tab, step, farm })])
    await tab.close()
    const victim = await found.jsonValue()
    await shot(page, 'queue-retrying')
    // It was seen to wait: now the other node may have it.
    await farm.api(`/api/exports/${behind}`, 'DELETE')
    await page.waitForFunction(
      ([task, name]) => {
        const way = window.cellsOnScreen.get(task) ?? []
        const retried = way.findIndex(({ now }) => now.startsWith('Retrying'))
        return way.slice(retried).some(({ now }) => /^(Running|Done) @ /.test(now) && !now.endsWith(`@ ${name}`) && !now.endsWith('Unassigned'))
      },
      [victim, NAME],
      { timeout: 240_000 },
    )
    await shot(page, 'queue-elsewhere')
    assert.ok(await page.evaluate(() => window.neverReloaded), 'the page was not loaded again')
    const way = await page.evaluate((task) => window.cellsOnScreen.get(task), victim)
    await farm.api(`/api/exports/${id}`, 'DELETE')
    const offline = await silent
    const told = way.filter(({ at }) => at > killedAt - 500).map(({ now, at }) => `${now} ${((at - killedAt) / 1000).toFixed(1)} s`)
    return `${told.join(', ')}; offline after ${offline} s`
  }, 34, 38)
  await step('the node that is gone is shown so, and is removed', async () => {
    await page.goto(new URL('/ops/nodes', page.url()).href)
    const row = page.getByRole('row', { name: new RegExp(NAME) })
    await row.getByText('Offline', { exact: true }).waitFor()
    await shot(page, 'nodes')
    await row.getByRole('button', { name: /^More for/ }).click()
    await page.getByRole('menuitem', { name: 'Remove…' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: /remove/i }).click()
    await row.waitFor({ state: 'detached' })
    assert.equal((await farm.api('/api/nodes')).nodes.length, 1)
  }, 38)
}
