// Everything that is tried in a browser, one after the other: on the mock farm what needs none, then on a real one.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { dashboard } from './browser.mjs'

for (const name of ['editor.mjs', 'speed.mjs', 'axe.mjs', 'farm.mjs']) {
  const begun = performance.now()
  execFileSync(process.execPath, [join(dashboard, 'e2e', name)], { stdio: 'inherit' })
  console.log(`${name}: ${((performance.now() - begun) / 1000).toFixed(0)} s`)
}
