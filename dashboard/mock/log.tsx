// A log alone, with as many lines as an address asks for: `?lines=50000`. For measuring.
import { createRoot } from 'react-dom/client'
import { LogView } from '../src/features/queue/log-view'
import '../src/index.css'

const LINES = Number(new URLSearchParams(location.search).get('lines') ?? 50_000)

const text = Array.from({ length: LINES }, (_, number) => {
  const level = number % 997 === 0 ? 'ERROR' : number % 89 === 0 ? 'WARN' : 'INFO'
  return `0:00:${(number / 100).toFixed(3)} avdec_h264-${number % 8} ${level} frame ${number}: decoded in ${number % 41} ms`
}).join('\n')

const root = document.getElementById('root')
if (!root) throw new Error('log.html has no #root')
createRoot(root).render(
  <main className="p-6">
    <LogView title="Fifty thousand lines" text={text} empty="" />
  </main>,
)
