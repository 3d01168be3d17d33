// Writes src/api/gen from schema/openapi.json, or with --check says whether it is what the schema gives.
// The check compares hashes, so it needs neither the generator nor its packages.
import { createHash } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const dashboard = dirname(dirname(fileURLToPath(import.meta.url)))
const schema = join(dashboard, '../schema/openapi.json')
const apigen = join(dashboard, 'tools/apigen')
const output = join(dashboard, 'src/api/gen')
const stamp = join(output, 'made-from.json')

/** The generator's answer to a schema and to itself: what must not change without it being run again. */
function hashes() {
  const hash = (parts) => parts.reduce((sum, part) => sum.update(part), createHash('sha256')).digest('hex')
  const files = readdirSync(output, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.ts'))
    .sort()
  return {
    schema: hash([readFileSync(schema)]),
    generator: hash([readFileSync(join(apigen, 'package.json'))]),
    output: hash(files.flatMap((name) => [name, readFileSync(join(output, name))])),
  }
}

function generate() {
  if (!existsSync(join(apigen, 'node_modules'))) {
    execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: apigen, stdio: 'inherit' })
  }
  rmSync(output, { recursive: true, force: true })
  const run = join(apigen, 'node_modules/@hey-api/openapi-ts/bin/run.js')
  execFileSync(process.execPath, [run, '--file', 'openapi-ts.config.mjs'], { cwd: apigen, stdio: 'inherit' })
  writeFileSync(stamp, `${JSON.stringify(hashes(), null, 2)}\n`)
}

if (process.argv.includes('--check')) {
  const made = existsSync(stamp) ? JSON.parse(readFileSync(stamp, 'utf8')) : {}
  const stale = Object.entries(hashes()).filter(([name, hash]) => made[name] !== hash)
  if (stale.length > 0) {
    const names = stale.map(([name]) => name).join(', ')
    console.error(`${relative(process.cwd(), output)} is stale (${names} changed): run \`make gen\` and commit the result`)
    process.exit(1)
  }
} else {
  generate()
}
