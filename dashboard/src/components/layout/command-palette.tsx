// Everything by name: places, videos, exports, and what may be done. Opened by Ctrl-K, loaded when it is.
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Command } from 'cmdk'
import { Download, Film, KeyRound, Moon, Sun } from 'lucide-react'
import { Dialog } from 'radix-ui'
import { type ReactNode, useState } from 'react'
import type { Export } from '@/api/client'
import { exportsQuery, videosQuery } from '@/api/queries'
import { ownName } from '@/components/export-name'
import { mayDo, useMe } from '@/features/auth/session'
import { useBackCloses } from '@/hooks/use-back-closes'
import { useSettled } from '@/hooks/use-settled'
import { setTheme, useTheme } from '@/hooks/use-theme'
import { PLACES } from './places'

function Entry({ children, onSelect, value }: { children: ReactNode; onSelect: () => void; value: string }) {
  return (
    <Command.Item
      value={value}
      onSelect={onSelect}
      className="flex h-9 cursor-pointer items-center gap-2.5 rounded-md px-2.5 data-[selected=true]:bg-raised [&_svg]:size-4 [&_svg]:text-muted"
    >
      {children}
    </Command.Item>
  )
}

/** So many are offered, the newest of those that fit what is typed. */
const NAMED_MAX = 20

/** What an export is found by; one that is not done and was not given a name is found through its video. */
const nameOf = (made: Export): string => ownName(made) ?? made.outputs[0]?.filename ?? ''
const isNamed = (made: Export): boolean => nameOf(made) !== ''

const HEADING = 'text-muted [&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:py-1.5 [&_[cmdk-group-heading]]:text-xs'

export default function CommandPalette({ open, onClose }: { open: boolean; onClose: () => void }) {
  const me = useMe()
  const navigate = useNavigate()
  const { shown } = useTheme()
  useBackCloses(open, onClose)
  const [typed, setTyped] = useState('')
  const search = useSettled(typed.trim())
  const videos = useQuery({ ...videosQuery({ limit: NAMED_MAX, search }), enabled: open })
  const exports = useQuery({ ...exportsQuery({ page: 1, limit: NAMED_MAX, search: search || undefined }), enabled: open })
  const go = (act: () => void) => () => {
    onClose()
    act()
  }
  const other = shown === 'dark' ? 'light' : 'dark'
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-50 bg-shade" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed top-[12vh] left-1/2 z-50 w-[calc(100vw-2rem)] max-w-xl -translate-x-1/2 rounded-xl border border-border bg-card shadow-xl outline-none"
        >
          <Dialog.Title className="sr-only">Go anywhere</Dialog.Title>
          <Command label="Go anywhere">
            <Command.Input
              value={typed}
              onValueChange={setTyped}
              maxLength={200}
              placeholder="Go to, or find a video or an export…"
              className="h-12 w-full border-b border-border bg-transparent px-4 text-lg outline-none placeholder:text-muted"
            />
            <Command.List className="max-h-80 overflow-y-auto p-1.5" label="Results">
              <Command.Empty className="px-3 py-8 text-center text-muted">Nothing by that name.</Command.Empty>
              <Command.Group heading="Go to" className={HEADING}>
                {PLACES.filter((place) => mayDo(me, place.needs)).map(({ to, name, icon: Icon, keys }) => (
                  <Entry key={to} value={`go ${name}`} onSelect={go(() => navigate({ to }))}>
                    <Icon aria-hidden />
                    <span className="text-foreground">{name}</span>
                    {keys && <span className="ml-auto font-mono text-xs uppercase">{keys}</span>}
                  </Entry>
                ))}
              </Command.Group>
              <Command.Group heading="Videos" className={HEADING}>
                {videos.data?.videos.map(({ id, filename }) => (
                  <Entry
                    key={id}
                    value={`video ${filename} ${id}`}
                    onSelect={go(() => navigate({ to: '/videos/$id', params: { id } }))}
                  >
                    <Film aria-hidden />
                    <span className="truncate text-foreground">{filename}</span>
                  </Entry>
                ))}
              </Command.Group>
              <Command.Group heading="Exports" className={HEADING}>
                {exports.data?.exports.filter(isNamed).map((made) => (
                  <Entry
                    key={made.id}
                    value={`export ${nameOf(made)} ${made.id}`}
                    onSelect={go(() => navigate({ to: '/exports/$id', params: { id: made.id } }))}
                  >
                    <Download aria-hidden />
                    <span className="truncate text-foreground">{nameOf(made)}</span>
                  </Entry>
                ))}
              </Command.Group>
              <Command.Group heading="Do" className={HEADING}>
                <Entry value="password change" onSelect={go(() => navigate({ to: '/access' }))}>
                  <KeyRound aria-hidden />
                  <span className="text-foreground">Change your password</span>
                </Entry>
                <Entry value={`theme ${other}`} onSelect={go(() => setTheme(other))}>
                  {other === 'dark' ? <Moon aria-hidden /> : <Sun aria-hidden />}
                  <span className="text-foreground">Use the {other} theme</span>
                </Entry>
              </Command.Group>
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
