// What `npm test` last found, by file and name of a test. Runs none.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { dashboard } from './browser.mjs'

const path = join(dashboard, 'screenshots/tests.json')
const results = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : { startTime: 0, testResults: [] }

/** How many tests of this file, and with such a name, passed; none where one of them failed. */
export function passed(file, pattern = /./) {
  const own = results.testResults.filter(({ name }) => name.endsWith(`/${file}`)).flatMap(({ assertionResults }) => assertionResults)
  const fitting = own.filter(({ fullName }) => pattern.test(fullName))
  const whole = fitting.every(({ status }) => status === 'passed')
  return { count: whole ? fitting.length : 0, at: new Date(results.startTime).toISOString() }
}
