// Play, step, mark: the buttons under the picture, and the time of the frame that is shown.
import {
  ChevronFirst,
  ChevronLast,
  Pause,
  Play,
  Redo2,
  Scissors,
  SquarePlus,
  StepBack,
  StepForward,
  Undo2,
} from 'lucide-react'
import type { ReactNode } from 'react'
import { Button } from '@/components/ui/button'
import { Tooltip } from '@/components/ui/tooltip'
import { timecode } from '@/lib/format'
import { pickedOf } from './segments'
import { type Editor, usePlaying, useTime } from './use-editor'

type ToolProps = {
  name: string
  keys: string
  onClick: () => void
  children: ReactNode
  disabled?: boolean
  /** One word of the name, beside the icon where there is room. */
  word?: string
}

function Tool({ name, keys, onClick, children, disabled = false, word }: ToolProps) {
  return (
    <Tooltip text={name} shortcut={keys}>
      <Button
        size="icon"
        look="quiet"
        aria-label={name}
        aria-keyshortcuts={keys}
        onClick={onClick}
        disabled={disabled}
        className={word && 'min-[90rem]:w-auto! min-[90rem]:gap-1.5 min-[90rem]:px-2'}
      >
        {children}
        {word && <span className="hidden text-sm min-[90rem]:inline">{word}</span>}
      </Button>
    </Tooltip>
  )
}

/** Tools that stay beside each other when there is no room for all in a line. */
const Group = ({ children }: { children: ReactNode }) => <span className="flex items-center gap-1">{children}</span>

const Line = () => <span className="mx-1 h-5 w-px bg-border max-sm:hidden" aria-hidden />

export function Time({ editor }: { editor: Editor }) {
  const time = useTime(editor.clock)
  return (
    <output aria-label="Time of the frame shown" className="figures min-w-36 text-center font-mono">
      {timecode(time)} <span className="text-muted">/ {timecode(editor.limits.length)}</span>
    </output>
  )
}

/** Frames are counted and segments cut without a picture; only playing needs one. */
export function Transport({ editor, canPlay }: { editor: Editor; canPlay: boolean }) {
  const { clock } = editor
  const playing = usePlaying(clock)
  const picked = pickedOf(editor.segments)
  return (
    <div role="toolbar" aria-label="Player" className="flex flex-wrap items-center gap-1 min-[90rem]:flex-nowrap">
      <Group>
        <Tool name="One frame back" keys="ArrowLeft" onClick={() => clock.step(-1)}>
          <StepBack aria-hidden />
        </Tool>
        <Tool name={playing ? 'Pause' : 'Play'} keys="Space" onClick={() => clock.toggle()} disabled={!canPlay}>
          {playing ? <Pause aria-hidden /> : <Play aria-hidden />}
        </Tool>
        <Tool name="One frame on" keys="ArrowRight" onClick={() => clock.step(1)}>
          <StepForward aria-hidden />
        </Tool>
        <Time editor={editor} />
      </Group>
      <Line />
      <Group>
        <Tool name="Start the segment here" word="Start" keys="I" onClick={() => editor.setEdge('start')}>
          <ChevronFirst aria-hidden />
        </Tool>
        <Tool name="End the segment here" word="End" keys="O" onClick={() => editor.setEdge('end')}>
          <ChevronLast aria-hidden />
        </Tool>
        <Tool name="Split here" word="Split" keys="S" onClick={editor.split}>
          <Scissors aria-hidden />
        </Tool>
        <Tool name="New segment here" word="New" keys="N" onClick={() => editor.add()}>
          <SquarePlus aria-hidden />
        </Tool>
      </Group>
      <Line />
      <Group>
        <Tool name="Undo" keys="Control+Z" onClick={editor.undo} disabled={!editor.canUndo}>
          <Undo2 aria-hidden />
        </Tool>
        <Tool name="Redo" keys="Control+Shift+Z" onClick={editor.redo} disabled={!editor.canRedo}>
          <Redo2 aria-hidden />
        </Tool>
      </Group>
      <span className="flex-1" />
      <Button
        size="sm"
        disabledReason={picked.length === 0 ? 'No segment is chosen.' : canPlay ? undefined : 'There is no preview to play.'}
        onClick={() => clock.playRanges([...picked])}
      >
        <Play aria-hidden />
        Play selection
      </Button>
    </div>
  )
}
