// The segments as a list: order by hand or menu, times to type, and everything that can be done with one.
import { ArrowDown, ArrowUp, Copy, GripVertical, Play, Plus, Trash2 } from 'lucide-react'
import { Button } from '@/components/ui/button'
import { Checkbox } from '@/components/ui/field'
import { MenuItem, MenuLine } from '@/components/ui/menu'
import { MoreMenu } from '@/components/ui/more-menu'
import { cn } from '@/lib/class-names'
import { duration } from '@/lib/format'
import type { Segment } from './segments'
import { TimecodeField } from './timecode-field'
import type { Editor } from './use-editor'
import { useReorder } from './use-reorder'

export function SegmentList({ editor }: { editor: Editor }) {
  const reorder = useReorder((id, by) => editor.change({ kind: 'move', id, by }))
  return (
    <section aria-label="Segments" className="flex min-h-0 flex-col rounded-lg border border-border bg-card max-lg:order-last">
      <header className="flex items-center gap-2 border-b border-border py-1.5 pr-1.5 pl-4">
        <h2 className="flex-1 font-semibold">Segments</h2>
        <Button size="sm" look="quiet" onClick={() => editor.add()}>
          <Plus aria-hidden />
          New
        </Button>
      </header>
      {editor.segments.length === 0 ? (
        <p className="p-4 text-muted">
          No segments: an export takes the whole video. Draw one on the timeline, or press N at the playhead.
        </p>
      ) : (
        <ol ref={reorder.list} className="min-h-0 flex-1 overflow-y-auto p-1.5" aria-label="Segments in output order">
          {editor.segments.map((segment, index) => (
            <Line key={segment.id} editor={editor} segment={segment} index={index} reorder={reorder} />
          ))}
        </ol>
      )}
    </section>
  )
}

type LineProps = { editor: Editor; segment: Segment; index: number; reorder: ReturnType<typeof useReorder> }

const EDGES = { above: 'shadow-[0_-2px_0_var(--primary)]', below: 'shadow-[0_2px_0_var(--primary)]' }

function Line({ editor, segment, index, reorder }: LineProps) {
  const { id, start, end, picked } = segment
  const name = `segment ${index + 1}`
  const selected = editor.selected?.id === id
  const last = editor.segments.length - 1
  const edge = reorder.edge(index)
  return (
    <li
      aria-current={selected || undefined}
      className={cn(
        'rounded-md border p-1.5',
        selected ? 'border-primary bg-primary-soft/40' : 'border-transparent',
        edge && EDGES[edge],
        reorder.pulled === id && 'opacity-60',
      )}
    >
      <div className="flex items-center gap-1">
        {last > 0 && (
          <span
            {...reorder.grip(id, index)}
            title={`Pull ${name} to another place`}
            className="-ml-1 flex h-8 w-5 cursor-grab touch-none items-center justify-center text-muted active:cursor-grabbing"
          >
            <GripVertical className="size-4" aria-hidden />
          </span>
        )}
        <Checkbox
          checked={picked}
          onChange={(on) => editor.change({ kind: 'pick', id, picked: on })}
          label={`Export ${name}`}
        />
        <button
          type="button"
          onClick={() => {
            editor.select(id)
            editor.clock.seek(start)
          }}
          className="min-w-0 flex-1 rounded-sm px-1 text-left"
        >
          <span className="font-medium">{index + 1}</span>
          <span className="figures ml-3 text-sm text-muted">{duration(end - start)}</span>
        </button>
        <Button size="icon-sm" look="quiet" aria-label={`Play ${name}`} onClick={() => editor.clock.playRanges([segment])}>
          <Play aria-hidden />
        </Button>
        <MoreMenu of={name}>
          <MenuItem
            icon={<ArrowUp aria-hidden />}
            disabled={index === 0}
            onSelect={() => editor.change({ kind: 'move', id, by: -1 })}
          >
            Move up
          </MenuItem>
          <MenuItem
            icon={<ArrowDown aria-hidden />}
            disabled={index === last}
            onSelect={() => editor.change({ kind: 'move', id, by: 1 })}
          >
            Move down
          </MenuItem>
          <MenuItem icon={<Copy aria-hidden />} onSelect={() => editor.duplicate(id)}>
            Duplicate
          </MenuItem>
          <MenuLine />
          <MenuItem danger icon={<Trash2 aria-hidden />} onSelect={() => editor.remove(id)}>
            Remove
          </MenuItem>
        </MoreMenu>
      </div>
      <div className="mt-1 flex items-center gap-1.5">
        <TimecodeField label={`Start of ${name}`} value={start} onChange={(at) => editor.trim(segment, 'start', at)} />
        <span aria-hidden className="text-muted">
          –
        </span>
        <TimecodeField label={`End of ${name}`} value={end} onChange={(at) => editor.trim(segment, 'end', at)} />
      </div>
    </li>
  )
}
