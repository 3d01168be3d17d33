// Everything that is tried in a browser, one after the other.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { dashboard } from './browser.mjs'

for (const name of ['editor.mjs', 'axe.mjs']) {
  execFileSync(process.execPath, [join(dashboard, 'e2e', name)], { stdio: 'inherit' })
}
