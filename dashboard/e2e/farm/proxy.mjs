// Stands between browser and farm, as a company's proxy does: hears what the streams of events say, cuts them and refuses new ones.
import { createServer, request } from 'node:http'

const isStream = ({ url, headers }) => url.startsWith('/api/events') || (headers.accept ?? '').includes('event-stream')

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
      onward.on('response', (got) => got.on('data', (part) => listeners.forEach((listen) => listen(String(part)))))
      answer.on('close', () => streams.delete(answer))
    }
    asked.pipe(onward)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    /** When, in milliseconds since 1970, a stream next says something that fits. */
    heard: (pattern) =>
      new Promise((resolve) => {
        const listen = (text) => {
          if (!pattern.test(text)) return
          listeners.delete(listen)
          resolve(Date.now())
        }
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
