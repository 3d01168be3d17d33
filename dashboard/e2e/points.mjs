// What is said of the pages and is nobody else's to try: what is loaded, where focus goes, what a refresh leaves alone, what time does.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { browser, dashboard, site } from './browser.mjs'
import { noted } from './notes.mjs'
import { orders } from './orders.mjs'
import { PAGES, open } from './pages.mjs'

const { url, stop } = await site()
const { context, close } = await browser()
const step = async (name, check, ...points) => {
  const page = await context.newPage()
  const figure = await check(page)
  noted(points, name, figure)
  console.log(`ok  ${name}${figure ? `: ${figure}` : ''}`)
  await page.evaluate(() => localStorage.clear())
  await page.close()
}
const at = (name) => PAGES.find((place) => place.name === name)
/** What has the focus, in words. */
const focused = (page) => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '')

await step('the list of exports loads nothing of the editor and of the queue', async (page) => {
  const manifest = JSON.parse(readFileSync(join(dashboard, 'dist-mock/.vite/manifest.json'), 'utf8'))
  const scripts = []
  page.on('request', (request) => request.url().endsWith('.js') && scripts.push(request.url().slice(url.length + 1)))
  await open(page, url, at('exports'))
  for (const route of ['_app.videos.$id', '_app.ops.queue']) {
    const { file } = manifest[`src/routes/${route}.tsx?tsr-split=component`]
    assert.ok(!scripts.includes(file), file)
  }
  return `none of ${scripts.length} scripts`
}, 5)

await step('the export dialog opens from editor, video, and home; focus enters, Esc closes, focus is back', async (page) => {
  const opened = async (place, ...presses) => {
    await open(page, url, at(place))
    for (const [role, name] of presses) await page.getByRole(role, { name }).first().click()
    const dialog = page.getByRole('dialog', { name: 'Export' })
    await dialog.waitFor()
    assert.ok(await dialog.evaluate((element) => element.contains(document.activeElement)), `${place}: focus is inside`)
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    return focused(page)
  }
  const back = [
    await opened('editor', ['button', /^Export$/]),
    await opened('videos', ['button', /^More for Interview/], ['menuitem', 'Export…']),
    await opened('home', ['button', /^Export Interview.* with…$/], ['menuitem', 'Customise…']),
  ]
  assert.deepEqual(back.map((name) => /Export|More for/.test(name)), [true, true, true], back.join(' | '))
  return '3 places'
}, 6)

await step('the back button closes a dialog and stays on the page, and leaves it when nothing is open', async (page) => {
  await open(page, url, at('exports'))
  await page.getByRole('link', { name: 'Settings' }).first().click()
  await page.getByRole('heading', { name: 'YouTube', exact: true }).waitFor()
  await page.getByRole('button', { name: 'New preset' }).click()
  await page.getByRole('dialog').getByLabel('Name').waitFor()
  // The page's own way back: the browser's waits for a page to be loaded.
  const back = () => page.evaluate(() => history.back())
  await back()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  // The browser went back already, and is brought on again.
  await page.waitForFunction(() => location.pathname === '/settings')
  await page.getByRole('heading', { name: 'YouTube', exact: true }).waitFor()
  await back()
  await page.waitForFunction(() => location.pathname === '/exports')
}, 6)

await step('a refresh leaves rows, choice, scroll and an open menu alone', async (page) => {
  await page.setViewportSize({ width: 1440, height: 500 })
  await open(page, url, at('exports'))
  await page.getByRole('checkbox', { name: /^Choose (?!all)/ }).nth(3).click()
  await page.getByRole('button', { name: /^More for/ }).nth(4).click()
  await page.getByRole('menu').waitFor()
  const seen = () =>
    page.evaluate(() => ({
      scroll: document.documentElement.scrollTop,
      rows: document.querySelectorAll('tbody tr').length,
      chosen: document.querySelectorAll('tbody input:checked').length,
      menus: document.querySelectorAll('[role=menu]').length,
    }))
  await page.evaluate(() => {
    window.blank = 0
    new MutationObserver(() => {
      if (document.querySelectorAll('tbody tr').length !== 10) window.blank += 1
    }).observe(document.body, { subtree: true, childList: true })
  })
  const before = await seen()
  const refreshes = 3
  for (let count = 0; count < refreshes; count += 1) await page.waitForResponse((answer) => answer.url().includes('/api/exports?'))
  assert.deepEqual(await seen(), before)
  assert.equal(await page.evaluate(() => window.blank), 0)
  return `${refreshes} refreshes, ${before.rows} rows, at ${before.scroll} pixels`
}, 22)

await step('filters, order and page are in the address, and outlive a reload and the way back', async (page) => {
  await open(page, url, at('exports'))
  await page.getByRole('button', { name: /^Completed/ }).click()
  await page.getByLabel('Format').selectOption('mp4')
  await page.getByLabel('Search exports').fill('a')
  await page.waitForFunction(() => location.search.includes('search=a'))
  await page.getByRole('button', { name: 'Created' }).click()
  await page.getByRole('button', { name: 'Next' }).click()
  await page.waitForFunction(() => location.search.includes('page=2'))
  const address = page.url()
  for (const part of ['status=completed', 'format=mp4', 'search=a', 'sort=created_at', 'page=2']) assert.ok(address.includes(part), address)
  const rows = () => page.locator('tbody a').evaluateAll((links) => links.map(({ textContent }) => textContent))
  await page.getByText(/^11–/).waitFor()
  const before = await rows()
  await page.reload()
  await page.getByText(/^11–/).waitFor()
  assert.deepEqual(await rows(), before)
  await page.locator('tbody a').first().click()
  await page.getByText('SHA-256').waitFor()
  await page.goBack()
  await page.getByText(/^11–/).waitFor()
  assert.equal(page.url(), address)
  return new URL(address).search
}, 21)

await step('what is not saved is not lost by leaving', async (page) => {
  await open(page, url, at('settings'))
  await page.getByRole('region', { name: 'Defaults' }).getByRole('radio', { name: /4K/ }).click()
  await page.getByRole('link', { name: 'Videos' }).first().click()
  const question = page.getByRole('alertdialog')
  await question.getByText('Leave without saving?').waitFor()
  await question.getByRole('button', { name: 'Stay' }).click()
  assert.match(page.url(), /\/settings$/)
  await page.getByRole('link', { name: 'Videos' }).first().click()
  await page.getByRole('button', { name: 'Leave' }).click()
  await page.getByRole('heading', { name: 'Videos' }).waitFor()
}, 26)

await step('a token that is out of date says so', async (page) => {
  await page.clock.install()
  await open(page, url, at('enrol'))
  await page.getByText(/^works for 14:/).waitFor()
  await page.clock.fastForward('15:01')
  await page.getByText('works no more: close this and make another').waitFor()
}, 37)

await step('a machine that slept finds the export where it is', async (page) => {
  await page.clock.install()
  await open(page, url, at('export-running'))
  const before = await page.getByRole('progressbar', { name: 'Export progress' }).getAttribute('aria-valuenow')
  assert.ok(Number(before) < 100)
  // As when the lid is closed: no timer runs, and then all that are due run once.
  await page.clock.fastForward('01:00')
  await page.getByRole('heading', { name: 'Finished just now.mp4' }).waitFor()
  return `${before} % before, complete after 60 s of sleep`
}, 16)

await step('Tab goes through a page and out of it again', async (page) => {
  const figures = []
  for (const name of ['home', 'exports', 'editor', 'queue', 'settings']) {
    await open(page, url, at(name))
    await page.evaluate(() => document.activeElement?.blur())
    const seen = new Set()
    let hidden = 0
    for (let press = 0; press < 300; press += 1) {
      await page.keyboard.press('Tab')
      const { key, isOut, isHidden } = await page.evaluate(() => {
        const one = document.activeElement
        const box = one.getBoundingClientRect()
        window.order ??= new Map()
        if (!window.order.has(one)) window.order.set(one, window.order.size)
        return { key: window.order.get(one), isOut: one === document.body, isHidden: box.width === 0 || box.height === 0 }
      })
      if (isOut || seen.has(key)) break
      seen.add(key)
      if (isHidden) hidden += 1
      assert.ok(press < 299, `${name}: no way out`)
    }
    assert.ok(seen.size > 10 && hidden === 0, `${name}: ${seen.size} places, ${hidden} of them not to be seen`)
    figures.push(`${name} ${seen.size}`)
    await page.evaluate(() => localStorage.clear())
  }
  return figures.join(', ')
}, 40)

await orders({ step, url })

await close()
await stop()
