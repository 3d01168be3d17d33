// All shortcuts on one sheet, and the switch that turns single keys off.
import { useState } from 'react'
import { Kbd } from '@/components/ui/card'
import { Dialog } from '@/components/ui/dialog'
import { Checkbox } from '@/components/ui/field'
import { setShortcutsEnabled, shortcutsEnabled } from '@/hooks/use-shortcuts'
import { PLACES } from './places'

type Entry = { keys: string; does: string }

const EVERYWHERE: Entry[] = [
  { keys: 'Ctrl K', does: 'Go anywhere' },
  { keys: '?', does: 'This sheet' },
  { keys: '/', does: 'Search' },
  { keys: 'R', does: 'Refresh' },
  ...PLACES.flatMap(({ keys, name }) => (keys ? [{ keys: keys.toUpperCase(), does: `Go to ${name}` }] : [])),
]

const EDITOR: Entry[] = [
  { keys: 'Space', does: 'Play or pause' },
  { keys: 'J K L', does: 'Backwards, pause, forwards; again for faster' },
  { keys: '← →', does: 'One frame' },
  { keys: 'Shift ← →', does: 'One second' },
  { keys: 'I O', does: 'Set the start, the end of the segment' },
  { keys: 'N', does: 'New segment here' },
  { keys: 'S', does: 'Split at the playhead' },
  { keys: '[ ]', does: 'Previous, next segment' },
  { keys: 'Alt ← →', does: 'Nudge the handle by a frame' },
  { keys: 'Alt ↑ ↓', does: 'Move the segment up, down' },
  { keys: 'Delete', does: 'Remove the segment' },
  { keys: '+ −', does: 'Zoom' },
  { keys: 'Ctrl Z', does: 'Undo' },
  { keys: 'Ctrl Shift Z', does: 'Redo' },
  { keys: 'Ctrl E', does: 'Export' },
]

function List({ title, entries }: { title: string; entries: Entry[] }) {
  return (
    <section>
      <h3 className="mb-2 text-sm font-medium text-muted">{title}</h3>
      <dl className="flex flex-col gap-1.5">
        {entries.map(({ keys, does }) => (
          <div key={keys} className="flex items-center justify-between gap-4">
            <dt>{does}</dt>
            <dd className="flex gap-1">
              {keys.split(' ').map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

export default function ShortcutSheet({ open, onClose }: { open: boolean; onClose: () => void }) {
  const [enabled, setEnabled] = useState(shortcutsEnabled)
  const change = (on: boolean) => {
    setShortcutsEnabled(on)
    setEnabled(on)
  }
  return (
    <Dialog open={open} onOpenChange={(next) => !next && onClose()} title="Shortcuts" className="sm:max-w-2xl!">
      <div className="grid gap-8 sm:grid-cols-2">
        <List title="Everywhere" entries={EVERYWHERE} />
        <List title="In the editor" entries={EDITOR} />
      </div>
      <div className="mt-6 border-t border-border pt-4">
        <Checkbox
          shown
          checked={enabled}
          onChange={change}
          label="Shortcuts of a single key"
          hint="Turn this off if your software types for you. Shortcuts with Ctrl stay."
        />
      </div>
    </Dialog>
  )
}
