// Holds the rules of the source that no linter knows: a first comment that says what a file is, and files of a size to be read.
import { readFileSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const LINES_MAX = 250
const FOLDERS = ['src', 'mock', 'tools', 'e2e']
const NOT_OURS = /node_modules|api\/gen\/|routeTree\.gen|mock\/public/

const dashboard = dirname(dirname(fileURLToPath(import.meta.url)))
const findings = []

for (const folder of FOLDERS) {
  for (const name of readdirSync(join(dashboard, folder), { recursive: true }).map(String)) {
    const path = `${folder}/${name}`
    if (NOT_OURS.test(path) || !/\.(ts|tsx|mjs|css)$/.test(name)) continue
    const text = readFileSync(join(dashboard, path), 'utf8')
    const lines = text.split('\n').length - 1
    if (!/^(\/\/ \S|\/\* \S)/.test(text)) findings.push(`${path}:1: begin with a comment that says what the file is`)
    if (lines > LINES_MAX) findings.push(`${path}:${LINES_MAX}: split the file: ${lines} lines, at most ${LINES_MAX}`)
    const imported = text.matchAll(/from '@\/features\/([a-z]+)\/([a-z-]+)'/g)
    for (const [, feature, file] of imported) {
      const own = path.startsWith(`src/features/${feature}/`)
      const single = ['auth', 'home', 'settings', 'account', 'users', 'usage', 'webhooks'].includes(feature ?? '')
      if (!own && !single) findings.push(`${path}: import ${feature} by its index.ts, not ${file}`)
    }
    if (path.startsWith('src/components/ui/') && /from '@\/(api|features|routes)|react-router'/.test(text)) {
      findings.push(`${path}: components/ui knows neither the API nor the router`)
    }
  }
}

for (const finding of findings) console.error(finding)
process.exit(findings.length > 0 ? 1 : 0)
