// The menu of what else can be done with a thing: three dots in its row or on its card.
import { Ellipsis } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button } from './button'
import { Menu } from './menu'

/** `of` is what people call the thing. */
export function MoreMenu({ of, children }: { of: string; children: ReactNode }) {
  return (
    <Menu
      label={`Actions for ${of}`}
      trigger={
        <Button size="icon-sm" look="quiet" aria-label={`More for ${of}`}>
          <Ellipsis aria-hidden />
        </Button>
      }
    >
      {children}
    </Menu>
  )
}
