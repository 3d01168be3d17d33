// A text of a program, line by line: searched, copied, followed to its end. Only the lines in view are in the page.
import { ArrowDownToLine, ChevronDown, ChevronUp, Search } from 'lucide-react'
import { type KeyboardEvent, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react'
import { Button } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { inputLook } from '@/components/ui/field'
import { cn } from '@/lib/class-names'
import { count } from '@/lib/format'

const LINE_PIXELS = 18
const HEIGHT_PIXELS_MAX = 256
const PADDING_PIXELS = 8
/** Lines above and below what is in view, so that scrolling shows no gap. */
const LINES_SPARE = 20

type Props = { title: string; text: string | undefined; empty: string }

export function LogView({ title, text, empty }: Props) {
  if (!text) return <p className="text-muted">{empty}</p>
  return (
    <section aria-label="Log">
      <p className="mb-2">{title}</p>
      <Lines text={text} />
    </section>
  )
}

/** The numbers of the lines that hold what is searched. */
function useHits(lines: readonly string[], wanted: string): readonly number[] {
  const search = useDeferredValue(wanted).toLowerCase()
  return useMemo(
    () => (search ? lines.flatMap((line, index) => (line.toLowerCase().includes(search) ? [index] : [])) : []),
    [lines, search],
  )
}

function Lines({ text }: { text: string }) {
  const lines = useMemo(() => text.split('\n'), [text])
  const widest = useMemo(() => lines.reduce((most, { length }) => Math.max(most, length), 0), [lines])
  const scroller = useRef<HTMLPreElement>(null)
  const [top, setTop] = useState(0)
  const [following, setFollowing] = useState(true)
  const [wanted, setWanted] = useState('')
  const [at, setAt] = useState(0)
  const hits = useHits(lines, wanted)
  const current = hits[at % Math.max(1, hits.length)]
  const height = Math.min(HEIGHT_PIXELS_MAX, lines.length * LINE_PIXELS + 2 * PADDING_PIXELS)

  // What went wrong stands at the end, and the end may still grow.
  const place = current === undefined ? following && lines.length : current - HEIGHT_PIXELS_MAX / LINE_PIXELS / 2
  useEffect(() => {
    if (place !== false) scroller.current?.scrollTo({ top: place * LINE_PIXELS })
  }, [place])
  const look = () => {
    const element = scroller.current
    if (!element) return
    setTop(element.scrollTop)
    setFollowing(element.scrollTop + element.clientHeight >= element.scrollHeight - LINE_PIXELS)
  }
  const step = (by: 1 | -1) => setAt((at + by + hits.length) % Math.max(1, hits.length))
  const onKey = (event: KeyboardEvent) => event.key === 'Enter' && step(event.shiftKey ? -1 : 1)
  const first = Math.max(0, Math.floor(top / LINE_PIXELS) - LINES_SPARE)
  const shown = lines.slice(first, Math.ceil((top + height) / LINE_PIXELS) + LINES_SPARE)
  const marked = useMemo(() => new Set(hits), [hits])
  return (
    <>
      <div className="mb-2 flex items-center gap-1">
        <span className="relative mr-1 flex-1">
          <Search className="absolute top-2 left-2.5 size-4 text-muted" aria-hidden />
          <input
            type="search"
            aria-label="Search the log"
            placeholder="Search"
            value={wanted}
            onChange={(event) => {
              setWanted(event.target.value)
              setAt(0)
            }}
            onKeyDown={onKey}
            className={cn(inputLook, 'h-8! pl-8!')}
          />
        </span>
        {wanted && (
          <span role="status" className="figures text-sm whitespace-nowrap text-muted">
            {hits.length === 0 ? 'no line' : `${count(at + 1)} of ${count(hits.length)}`}
          </span>
        )}
        {hits.length > 1 && (
          <>
            <Button size="icon-sm" look="quiet" aria-label="Previous line found" onClick={() => step(-1)}>
              <ChevronUp aria-hidden />
            </Button>
            <Button size="icon-sm" look="quiet" aria-label="Next line found" onClick={() => step(1)}>
              <ChevronDown aria-hidden />
            </Button>
          </>
        )}
        {!following && (
          <Button size="icon-sm" look="quiet" aria-label="Follow the end" onClick={() => setFollowing(true)}>
            <ArrowDownToLine aria-hidden />
          </Button>
        )}
        <CopyButton shown={false} text={text} label="Copy the log" />
      </div>
      <pre
        ref={scroller}
        tabIndex={0}
        aria-label="Lines"
        onScroll={look}
        className="overflow-auto rounded-md border border-border bg-background font-mono text-xs"
        style={{ height: height + 2, paddingBlock: PADDING_PIXELS }}
      >
        <div className="relative" style={{ height: lines.length * LINE_PIXELS, minWidth: `${widest + 10}ch` }}>
          {shown.map((line, index) => {
            const number = first + index
            return (
              <div
                key={number}
                className={cn(
                  'absolute inset-x-0 px-2',
                  marked.has(number) && 'bg-warn-soft',
                  number === current && 'outline-1 -outline-offset-1 outline-warn',
                )}
                style={{ top: number * LINE_PIXELS, height: LINE_PIXELS, lineHeight: `${LINE_PIXELS}px` }}
              >
                <span className="mr-3 inline-block w-10 text-right text-muted select-none">{number + 1}</span>
                {line}
                {'\n'}
              </div>
            )
          })}
        </div>
      </pre>
    </>
  )
}
