// What is said of ordering on the mock farm: what the farm refuses, and many videos in one request. Runs as a part of `points.mjs`.
import assert from 'node:assert/strict'
import { PAGES, open } from './pages.mjs'

export async function orders({ step, url }) {
  await step('what the farm refuses is said in words, with its wait, and the form is kept', (page) => refusals(page, url), 11)
  const name = 'twenty videos are exported by one request; of another twenty some are refused, and these alone are sent again'
  await step(name, (page) => twenty(page, url), 28)
}

async function refusals(page, url) {
  const said = []
  const lines = [
    [402, 'refuse: not paid', /^The minutes you paid for are used up/],
    [429, 'refuse: too many', /^You have three exports under way already\. Try again in 1 min 30 s\.$/],
    [503, 'refuse: away', /^The object store does not answer\. Try again in 20 s\.$/],
    [400, 'refuse: faulty', undefined],
  ]
  await open(page, url, PAGES.find(({ name }) => name === 'export-modal'))
  const dialog = page.getByRole('dialog', { name: 'Export' })
  const name = dialog.getByLabel('File name')
  await dialog.getByRole('radio', { name: /WebM/ }).click()
  for (const [status, text, sentence] of lines) {
    await name.fill(text)
    const answer = page.waitForResponse((response) => response.url().endsWith('/export'))
    await dialog.getByRole('button', { name: 'Start export' }).click()
    assert.equal((await answer).status(), status)
    if (sentence) await dialog.getByRole('alert').filter({ hasText: sentence }).waitFor()
    else await dialog.getByText('Use 1 to 200 printable characters.').waitFor()
    assert.equal(await dialog.locator('input[aria-invalid=true]').count(), sentence ? 0 : 1, `${status}: at its field`)
    assert.equal(await name.inputValue(), text, `${status}: the name is kept`)
    assert.ok(await dialog.getByRole('radio', { name: /WebM/ }).isChecked(), `${status}: the format is kept`)
    said.push(status)
  }
  await name.fill('')
  await dialog.getByRole('button', { name: 'Start export' }).click()
  await dialog.waitFor({ state: 'detached' })
  return `${said.join(', ')}, then mended and sent`
}

async function twenty(page, url) {
  const sent = []
  page.on('request', (request) => {
    const ordering = request.method() === 'POST' && /\/api\/(exports|videos\/[^/]+\/export)$/.test(request.url())
    if (ordering) sent.push(request.postDataJSON().orders?.length ?? 1)
  })
  const total = () => page.evaluate(async () => (await (await fetch('/api/exports')).json()).total)
  const mood = (name) => page.evaluate((now) => sessionStorage.setItem('mock.farm', now), name)
  await page.goto(`${url}/videos?farm=many`)
  // Before the page is there, nobody plays the farm.
  await page.getByText(/^1–12/).waitFor()
  const before = await total()
  const dialog = await twentyChosen(page)
  const summary = (await dialog.getByText('Size', { exact: true }).locator('..').textContent()).replace('Size', '')
  await dialog.getByText('20 videos → 20 files').waitFor()
  await dialog.getByRole('button', { name: 'Start 20 exports' }).click()
  await dialog.getByText('20 exports queued.').waitFor()
  assert.deepEqual(sent, [20])
  assert.equal(await total(), before + 20)
  await dialog.getByRole('button', { name: 'Done' }).click()

  // Of those that are under way three end, so that three fit.
  const over = await page.evaluate(async () => {
    const { exports } = await (await fetch('/api/exports?limit=100')).json()
    const active = exports.filter(({ status }) => status === 'pending' || status === 'processing')
    for (const { id } of active.slice(2)) await fetch(`/api/exports/${id}`, { method: 'DELETE' })
    return active.length - 2
  })
  assert.ok(over >= 18, `${over} ended`)
  await mood('limited')
  await twentyChosen(page)
  await dialog.getByText(/^3 of these 20 fit now: you may have 5 exports under way at once/).waitFor()
  await dialog.getByRole('button', { name: 'Start 20 exports' }).click()
  await dialog.getByText('3 of 20 exports queued, 17 refused.').waitFor()
  assert.equal(await dialog.getByText(/^5 exports of yours are under way.* Try again in 15 s\.$/).count(), 17)
  await mood('many')
  await dialog.getByRole('button', { name: 'Retry failed' }).click()
  await dialog.getByText('20 exports queued.').waitFor()
  assert.deepEqual(sent, [20, 20, 17])
  assert.equal(await total(), before + 40)
  return `POST /api/exports once: 20 exports (${summary}); then 3 of 20, and the 17 that were refused by one more`
}

/** Chooses twenty videos on two pages; the dialog that exports them. */
async function twentyChosen(page) {
  const boxes = page.getByRole('checkbox', { name: /^Choose Clip/ })
  const choose = async (count) => {
    for (let index = 0; index < count; index += 1) await boxes.nth(index).click()
  }
  const back = page.getByRole('button', { name: 'Previous' })
  await back.waitFor()
  if (await back.isEnabled()) await back.click()
  await page.getByText(/^1–12/).waitFor()
  await choose(12)
  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByText(/^13–24/).waitFor()
  await choose(8)
  await page.getByRole('button', { name: 'Export…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Export 20 videos' })
  await dialog.waitFor()
  return dialog
}
