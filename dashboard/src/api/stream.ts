// Reads a stream of server-sent events by fetch: ids, event names, pings. Decides nothing about what they mean.

export type ServerEvent = { name: string; id: string | undefined; data: string }

/** Splits what has arrived into whole events, and keeps the rest. */
export function parse(text: string): { events: ServerEvent[]; rest: string } {
  const blocks = text.replaceAll('\r\n', '\n').split('\n\n')
  const rest = blocks.pop() ?? ''
  return { events: blocks.map(eventOf).filter((event) => event !== undefined), rest }
}

function eventOf(block: string): ServerEvent | undefined {
  let name = 'message'
  let id: string | undefined
  const data: string[] = []
  for (const line of block.split('\n')) {
    const at = line.indexOf(':')
    const field = at < 0 ? line : line.slice(0, at)
    const value = at < 0 ? '' : line.slice(at + 1).replace(/^ /, '')
    if (field === 'event') name = value
    else if (field === 'id') id = value
    else if (field === 'data') data.push(value)
  }
  // A block without data is a ping.
  return data.length > 0 ? { name, id, data: data.join('\n') } : undefined
}

type Follow = {
  path: string
  lastId: string | undefined
  signal: AbortSignal
  /** Anything arrived, pings included: the stream lives. */
  onLife: () => void
  onEvent: (event: ServerEvent) => void
}

/** Follows a stream to its end. Rejects when it cannot be opened or breaks; `status` says how it was refused. */
export async function follow({ path, lastId, signal, onLife, onEvent }: Follow): Promise<void> {
  const headers: Record<string, string> = { Accept: 'text/event-stream' }
  if (lastId !== undefined) headers['Last-Event-ID'] = lastId
  const answer = await fetch(path, { headers, signal, credentials: 'same-origin', cache: 'no-store' })
  const kind = answer.headers.get('content-type') ?? ''
  if (!answer.ok || !answer.body || !kind.startsWith('text/event-stream')) {
    throw Object.assign(new Error(`no stream: ${answer.status}`), { status: answer.status })
  }
  onLife()
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
  let buffered = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    onLife()
    const { events, rest } = parse(buffered + value)
    buffered = rest
    events.forEach(onEvent)
  }
}
