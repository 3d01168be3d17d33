// Everything that is tried in a browser: on the mock farm what needs none, and beside it the whole way on a real one.
// How fast it is, `speed.mjs` says, on a machine that has nothing else to do.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { buildMock, dashboard } from './browser.mjs'

const LANES = [['editor.mjs', 'points.mjs', 'held.mjs'], ['farm.mjs']]

buildMock()
const env = { ...process.env, REELFARM_MOCK_BUILT: 'yes' }

/** Runs one to its end; what it said is printed whole, so that two do not talk into each other. */
const ran = (name) =>
  new Promise((resolve) => {
    const begun = performance.now()
    const child = spawn(process.execPath, [join(dashboard, 'e2e', name)], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    const said = []
    child.stdout.on('data', (text) => said.push(text))
    child.stderr.on('data', (text) => said.push(text))
    child.on('close', (code) => {
      const seconds = ((performance.now() - begun) / 1000).toFixed(0)
      console.log(`${Buffer.concat(said).toString().trimEnd()}\n${code === 0 ? 'ok  ' : 'FAILED '}${name} (${seconds} s)\n`)
      resolve(code === 0)
    })
  })

const outcomes = await Promise.all(
  LANES.map(async (lane) => {
    const own = []
    for (const name of lane) own.push(await ran(name))
    return own
  }),
)
process.exit(outcomes.flat().every(Boolean) ? 0 : 1)
