// Starts a farm as `reelfarm up` does, on a folder of its own, and lets a second machine join. Knows nothing of pages.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { dashboard } from '../browser.mjs'

const READY_WITHIN_MS = 60_000
const STOPPED_WITHIN_MS = 60_000
const target = process.env.CARGO_TARGET_DIR ?? join(dashboard, '../target')
export const programs = process.env.REELFARM_BINARIES ?? join(target, 'debug')

const within = (milliseconds, what, promise) => {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not come within ${milliseconds / 1000} s`)), milliseconds)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

const exited = (child) =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve()
    else child.once('exit', resolve)
  })

/** A farm with one node of two slots. */
export async function startFarm() {
  if (!existsSync(join(programs, 'reelfarm'))) throw new Error(`build the programs first, or name their folder by REELFARM_BINARIES: not in ${programs}`)
  const folder = mkdtempSync(join(tmpdir(), 'reelfarm-e2e-farm-'))
  const data = join(folder, 'data')
  const said = join(folder, 'up.log')
  const options = ['up', '--json', '--listen', '127.0.0.1:0', '--slots', '2', '--data', data]
  const up = spawn(join(programs, 'reelfarm'), options, { stdio: ['ignore', 'pipe', openSync(said, 'w')] })
  const line = new Promise((resolve, reject) => {
    createInterface({ input: up.stdout }).once('line', resolve)
    up.once('exit', (code) => reject(new Error(`the farm ended with ${code}:\n${readFileSync(said, 'utf8')}`)))
  })
  const ready = JSON.parse(await within(READY_WITHIN_MS, 'the farm', line))
  const others = []
  const elsewhere = (name) => {
    const home = join(folder, name)
    mkdirSync(home, { recursive: true })
    return { ...process.env, HOME: home, XDG_CONFIG_HOME: join(home, '.config'), PATH: `${programs}:${process.env.PATH}` }
  }
  return {
    url: ready.url,
    token: ready.token,
    login: ready.login_url,
    folder,
    data,
    /** Runs what the page tells people to run, as on a machine where nothing of the farm is yet. The process is the node. */
    join(command) {
      const log = openSync(join(folder, 'second.log'), 'w')
      const shell = spawn('sh', ['-c', command], { env: elsewhere('second'), stdio: ['ignore', log, log], detached: true })
      others.push(shell)
      return { kill: () => process.kill(-shell.pid, 'SIGKILL'), log: () => readFileSync(join(folder, 'second.log'), 'utf8') }
    },
    /** What is said to a machine that runs a command which does not work. */
    refused(command) {
      const { status, stderr } = spawnSync('sh', ['-c', command], { env: elsewhere('third'), encoding: 'utf8' })
      if (status === 0) throw new Error(`this worked: ${command}`)
      return stderr
    },
    /** Spoils what lies in the middle of the stored file of `bytes` bytes; the function that is returned mends it. */
    spoil(bytes) {
      const store = join(data, 'storage')
      const found = readdirSync(store, { recursive: true })
        .map((name) => join(store, String(name)))
        .filter((path) => statSync(path).isFile() && statSync(path).size === bytes)
      if (found.length !== 1) throw new Error(`${found.length} files of ${bytes} bytes in ${store}`)
      const whole = readFileSync(found[0])
      writeFileSync(found[0], Buffer.from(whole).fill(0xff, Math.round(bytes / 20), Math.round(bytes * 0.7)))
      return () => writeFileSync(found[0], whole)
    },
    /** The API as the administrator, where a page does not tell enough to be judged by. */
    async api(path, method = 'GET', body = undefined) {
      const headers = { Authorization: `Bearer ${ready.token}`, 'Content-Type': 'application/json' }
      const answer = await fetch(ready.url + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) })
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
      return answer.status === 204 ? undefined : answer.json()
    },
    async stop() {
      for (const other of others.filter((one) => one.exitCode === null && one.signalCode === null)) {
        try {
          process.kill(-other.pid, 'SIGKILL')
        } catch (cause) {
          if (cause.code !== 'ESRCH') throw cause
        }
      }
      up.kill('SIGTERM')
      await within(STOPPED_WITHIN_MS, 'the end of the farm', exited(up))
      if (existsSync(folder)) rmSync(folder, { recursive: true, force: true })
    },
  }
}
