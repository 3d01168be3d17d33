// A creator's way, second half: exports ordered, watched, played, fetched, shared, cancelled, retried, and in many files.
import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { browser } from '../browser.mjs'
import { ranges } from './cut.mjs'
import { framesWithin, pictureOf, sha256, unzipped } from './film.mjs'
import { shot } from './steps.mjs'
import { heldToItsWord, plays, recorded } from './watch.mjs'

const idIn = (page) => page.url().split('/').at(-1)

/** Opens the export just ordered; its id. */
async function viewed(page) {
  await page.getByRole('button', { name: 'View' }).last().click()
  await page.waitForURL(/\/exports\/[0-9a-f-]{36}$/)
  return idIn(page)
}

const finished = (page) => page.getByText('SHA-256').waitFor({ timeout: 180_000 })

async function saved(page, button, folder) {
  const arriving = page.waitForEvent('download')
  await button.click()
  const download = await arriving
  const path = join(folder, download.suggestedFilename())
  await download.saveAs(path)
  return path
}

/** Opens the export dialog of the editor and chooses. */
async function asked(page, editor, ...choices) {
  await page.goto(editor)
  await page.getByRole('slider', { name: 'Playhead' }).waitFor()
  await page.keyboard.press('Control+e')
  await page.getByRole('dialog', { name: 'Export' }).waitFor()
  for (const choice of choices) await page.getByRole('radio', { name: choice }).click()
}

const start = (page) => page.getByRole('button', { name: 'Start export' }).click()

export async function order({ page, step, farm, source, downloads }) {
  const editor = page.url()
  const cuts = await ranges(page)
  assert.equal(cuts.length, 2)
  let first
  await step('they are ordered as one 720p MP4, and its stages and percent go up live', async () => {
    await asked(page, editor, /720p/, /MP4/, /Combined video/)
    await page.getByText('2 segments → 1 file').waitFor()
    await page.getByText('Size', { exact: true }).waitFor()
    await shot(page, 'modal')
    await start(page)
    first = await viewed(page)
    await recorded(page)
    await page.waitForFunction(() => window.seenOnScreen.values.length > 1)
    await shot(page, 'progress')
    await finished(page)
    return heldToItsWord(page)
  }, 14)
  await step('it plays and seeks in the page', async () => {
    let ranges = 0
    const count = (answer) => (answer.status() === 206 ? (ranges += 1) : undefined)
    page.on('response', count)
    await page.reload()
    await plays(page, 1280, 4)
    page.off('response', count)
    assert.ok(ranges > 0, 'the file comes in ranges')
    await page.getByText(/^renewed before \d/).waitFor()
    await shot(page, 'export')
    return `${ranges} answers of 206`
  }, 20)
  await step('the download is the file, to the byte and to the frame', async () => {
    const path = await saved(page, page.getByRole('button', { name: 'Download', exact: true }), downloads)
    const { file_size_bytes: size, sha256: hash } = await farm.api(`/api/exports/${first}`)
    assert.equal(statSync(path).size, size)
    assert.equal(sha256(path), hash)
    await page.getByText(`${hash.slice(0, 16)}…`).waitFor()
    const frames = framesWithin(source.path, cuts)
    assert.deepEqual(pictureOf(path), { codec: 'h264', width: 1280, height: 720, frames }, `of ${JSON.stringify(cuts)}`)
    return `${size} bytes, ${frames} frames`
  }, 20, 12)
  await step('it is shared, and the link opens signed out until it is revoked', () => shared(page, downloads))
  await step('another is cancelled while it is rendered', async () => {
    await asked(page, editor, /4K/, /High/, /Combined video/)
    await start(page)
    const id = await viewed(page)
    const other = await page.context().newPage()
    await other.goto(page.url())
    await other.getByRole('progressbar', { name: 'Export progress' }).waitFor()
    const cancelled = async (tab) => {
      await tab.getByText('Cancelled', { exact: true }).first().waitFor()
      return `${((performance.now() - begun) / 1000).toFixed(1)} s`
    }
    await page.getByRole('button', { name: 'Cancel export' }).click()
    const begun = performance.now()
    const [here, there] = await Promise.all([page, other].map(cancelled))
    await other.close()
    assert.equal((await farm.api(`/api/exports/${id}`)).status, 'cancelled')
    await shot(page, 'cancelled')
    return `cancelled within ${here}, in another tab within ${there}`
  }, 18)
  await step('each change is estimated anew', () => estimated(page, editor), 7)
  await step('one that failed says why, and is retried with all its options', () => retried({ page, farm, source, editor }), 19)
  await step('three clips come as one ZIP, exact each', async () => {
    await page.goto(editor)
    await page.getByRole('slider', { name: 'Playhead' }).waitFor()
    await page.keyboard.press('End')
    await page.keyboard.press('Shift+ArrowLeft')
    await page.keyboard.press('Shift+ArrowLeft')
    await page.keyboard.press('n')
    const three = await ranges(page)
    assert.equal(three.length, 3)
    await asked(page, editor, /720p/, /Individual clips/)
    await page.getByText('3 segments → 3 files and a ZIP').waitFor()
    await page.getByLabel('File name').fill('Highlights')
    await start(page)
    await viewed(page)
    await finished(page)
    await shot(page, 'clips')
    const zip = await saved(page, page.getByRole('button', { name: 'Download ZIP' }), downloads)
    const files = unzipped(zip, downloads)
    const frames = files.map((path) => pictureOf(path).frames)
    assert.deepEqual(frames, three.map((range) => framesWithin(source.path, [range])))
    return `${files.length} files of ${frames.join(', ')} frames`
  }, 12)
  await step('a preset is saved, offered at once, and used', () => preset({ page, farm, editor }), 13)
}

/** How long each choice takes until its estimate stands there; no more than the question's own pause and a second. */
async function estimated(page, editor) {
  await asked(page, editor, /720p/, /MP4/, /Combined video/)
  await page.getByText('Size', { exact: true }).waitFor()
  const took = []
  for (const choice of [/4K/, /High/, /WebM/, /Individual clips/]) {
    const answered = page.waitForResponse((answer) => answer.url().endsWith('/estimate'))
    await page.getByRole('radio', { name: choice }).click()
    const begun = performance.now()
    await answered
    await page.waitForFunction(() => !document.querySelector('[role=dialog] aside [aria-live]').classList.contains('opacity-50'))
    took.push(Math.round(performance.now() - begun))
  }
  await page.keyboard.press('Escape')
  return `${took.join(', ')} ms after size, quality, format and type`
}

/** In a browser that nobody is signed in with. */
async function shared(page, folder) {
  await page.getByRole('button', { name: 'Share', exact: true }).click()
  await page.getByRole('button', { name: 'Make link' }).click()
  const link = await page.getByLabel('Link', { exact: true }).inputValue()
  const stranger = await browser()
  try {
    await stranger.page.goto(link)
    await plays(stranger.page, 1280, 2)
    await shot(stranger.page, 'shared')
    const path = await saved(stranger.page, stranger.page.getByRole('link', { name: 'Download' }).first(), folder)
    assert.ok(pictureOf(path).frames > 0)
    await page.getByRole('button', { name: 'Revoke the link' }).click()
    await page.getByText('The link works no more.').waitFor()
    assert.equal((await stranger.page.goto(link)).status(), 410)
    await shot(stranger.page, 'revoked')
  } finally {
    await stranger.close()
  }
  await page.keyboard.press('Escape')
}

/** The stored source is spoiled while an export of it is made, and whole again when it is retried. */
async function retried({ page, farm, source, editor }) {
  const back = farm.spoil(statSync(source.path).size)
  let failed
  try {
    await asked(page, editor, /720p/, /Low/, /Combined video/)
    await page.getByText('Advanced').click()
    await page.getByLabel('Crossfade').fill('0.4')
    await page.getByRole('checkbox', { name: /Level the loudness/ }).click()
    await page.getByLabel('File name').fill('Second try')
    await start(page)
    failed = await viewed(page)
    await page.getByRole('heading', { name: 'The export failed' }).waitFor()
    await shot(page, 'failed')
  } finally {
    back()
  }
  await page.getByRole('button', { name: 'Change and try again' }).click()
  await page.getByRole('dialog', { name: 'Export' }).waitFor()
  await page.getByText('Advanced').click()
  assert.equal(await page.getByLabel('Crossfade').inputValue(), '0.4')
  assert.equal(await page.getByRole('checkbox', { name: /Level the loudness/ }).isChecked(), false)
  assert.equal(await page.getByLabel('File name').inputValue(), 'Second try')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Try the same again' }).click()
  await page.waitForURL((url) => !url.pathname.endsWith(failed))
  await finished(page)
  const [before, after] = await Promise.all([failed, idIn(page)].map((id) => farm.api(`/api/exports/${id}`)))
  for (const option of ['resolution', 'format', 'quality_preset', 'export_type', 'crossfade_seconds', 'normalize_audio', 'name']) {
    assert.deepEqual(after[option], before[option], option)
  }
  return `${before.error_code}: ${before.error_message}`
}

async function preset({ page, farm, editor }) {
  await asked(page, editor, /720p/, /High/, /MOV/)
  await page.getByRole('button', { name: 'Save as preset' }).click()
  await page.getByLabel('Name of the preset').fill('Dailies')
  await page.getByRole('button', { name: 'Save preset' }).click()
  await page.getByRole('group', { name: 'Presets' }).getByRole('button', { name: 'Dailies' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await asked(page, editor)
  await page.getByRole('group', { name: 'Presets' }).getByRole('button', { name: 'Dailies' }).click()
  await start(page)
  const made = await farm.api(`/api/exports/${await viewed(page)}`)
  assert.deepEqual([made.resolution, made.quality_preset, made.format], ['720p', 'high', 'mov'])
  await page.goto(new URL('/settings', editor).href)
  await page.getByRole('button', { name: 'More for Dailies' }).waitFor()
}
