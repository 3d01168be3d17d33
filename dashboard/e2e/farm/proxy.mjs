// Stands between browser and farm, as a company's proxy does: hears what the streams of events say, cuts them and refuses new ones.
import { createServer, request } from 'node:http'

const HEARD_WITHIN_MS = 30_000

const isStream = ({ url, headers }) => url.startsWith('/api/events') || (headers.accept ?? '').includes('event-stream')

/** Calls with each event of a stream once it is whole: it comes in parts of any size. */
function eachEvent(stream, call) {
  let begun = ''
  stream.on('data', (part) => {
    const events = (begun + part).split('\n\n')
    begun = events.pop()
    events.forEach(call)
  })
}

export async function proxy(farm) {
  const target = new URL(farm)
  const streams = new Set()
  const listeners = new Set()
  let blocked = false
  let asleep
  let waken
  const server = createServer(async (asked, answer) => {
    // Whoever asks while nothing gets through hears nothing until it does.
    await asleep
    if (blocked && isStream(asked)) {
      answer.writeHead(503).end()
      return
    }
    const { method, url: path } = asked
    const options = { host: target.hostname, port: target.port, method, path, headers: { ...asked.headers, host: target.host } }
    const onward = request(options, (got) => {
      answer.writeHead(got.statusCode, got.headers)
      got.pipe(answer)
      // As of a connection whose other end is gone without a word.
      answer.pauseForGood = () => got.unpipe(answer)
    })
    onward.on('error', () => answer.destroy())
    answer.on('close', () => onward.destroy())
    if (isStream(asked)) {
      streams.add(answer)
      onward.on('response', (got) => eachEvent(got, (text) => listeners.forEach((listen) => listen(text))))
      answer.on('close', () => streams.delete(answer))
    }
    asked.pipe(onward)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    /** When, in milliseconds since 1970, a stream next says something that fits. */
    heard: (fits) =>
      new Promise((resolve, reject) => {
        const end = (settle) => {
          listeners.delete(listen)
          clearTimeout(timer)
          settle()
        }
        const listen = (text) => fits(text) && end(() => resolve(Date.now()))
        const timer = setTimeout(() => end(() => reject(new Error(`no stream said what fits ${fits}`))), HEARD_WITHIN_MS)
        listeners.add(listen)
      }),
    block() {
      blocked = true
      for (const answer of streams) answer.destroy()
    },
    unblock() {
      blocked = false
    },
    /** Nothing gets through and nobody is told, until `wake`. */
    sleep() {
      asleep = new Promise((resolve) => {
        waken = resolve
      })
      for (const answer of streams) answer.pauseForGood()
    },
    wake() {
      asleep = undefined
      waken()
    },
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}
