// The keys of the editor.
import { useShortcuts } from '@/hooks/use-shortcuts'
import type { View } from './timeline'
import type { Editor } from './use-editor'

export function useEditorShortcuts(editor: Editor, view: View, onExport: () => void): void {
  const { clock, selected } = editor
  const frame = 1 / editor.limits.frameRate
  /** Moves the edge that is nearer to the playhead. */
  const nudge = (frames: number) => {
    if (!selected) return
    const edge = Math.abs(clock.time - selected.start) <= Math.abs(clock.time - selected.end) ? 'start' : 'end'
    editor.trim(selected, edge, selected[edge] + frames * frame)
  }
  const move = (by: number) => selected && editor.change({ kind: 'move', id: selected.id, by })
  useShortcuts({
    Space: () => clock.toggle(),
    k: () => clock.pause(),
    j: () => clock.shuttle(-1),
    l: () => clock.shuttle(1),
    ArrowLeft: () => clock.step(-1),
    ArrowRight: () => clock.step(1),
    'shift+ArrowLeft': () => clock.seek(clock.time - 1),
    'shift+ArrowRight': () => clock.seek(clock.time + 1),
    Home: () => clock.seek(0),
    End: () => clock.seek(editor.limits.length),
    i: () => editor.setEdge('start'),
    o: () => editor.setEdge('end'),
    n: () => editor.add(),
    s: () => editor.split(),
    Delete: () => selected && editor.remove(selected.id),
    Backspace: () => selected && editor.remove(selected.id),
    '[': () => editor.selectNext(-1),
    ']': () => editor.selectNext(1),
    'alt+ArrowLeft': () => nudge(-1),
    'alt+ArrowRight': () => nudge(1),
    'alt+ArrowUp': () => move(-1),
    'alt+ArrowDown': () => move(1),
    '+': () => view.zoomBy(1),
    '=': () => view.zoomBy(1),
    '-': () => view.zoomBy(-1),
    'mod+z': () => editor.undo(),
    'mod+shift+z': () => editor.redo(),
    'mod+y': () => editor.redo(),
    'mod+e': onExport,
  })
}
