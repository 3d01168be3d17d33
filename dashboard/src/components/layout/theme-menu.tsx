// Chooses between the system's theme, the light and the dark one.
import { Check, Monitor, Moon, Sun } from 'lucide-react'
import { Button } from '@/components/ui/button'
import { Menu, MenuItem } from '@/components/ui/menu'
import { setTheme, useTheme } from '@/hooks/use-theme'

const THEMES = [
  { theme: 'system', name: 'System', icon: Monitor },
  { theme: 'light', name: 'Light', icon: Sun },
  { theme: 'dark', name: 'Dark', icon: Moon },
] as const

export function ThemeMenu() {
  const { theme, shown } = useTheme()
  const Icon = shown === 'dark' ? Moon : Sun
  return (
    <Menu
      label="Theme"
      trigger={
        <Button look="quiet" size="icon-sm" aria-label={`Theme: ${theme}`}>
          <Icon aria-hidden />
        </Button>
      }
    >
      {THEMES.map(({ theme: value, name, icon: ThemeIcon }) => (
        <MenuItem key={value} icon={<ThemeIcon aria-hidden />} onSelect={() => setTheme(value)}>
          {name}
          {value === theme && <Check className="ml-auto" aria-label="chosen" />}
        </MenuItem>
      ))}
    </Menu>
  )
}
